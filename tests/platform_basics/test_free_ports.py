"""The ports that tests hand to programs are nobody's, and no outgoing connection is given one meanwhile."""

import socket

from tests.fakes.ports import free_ports


def test_the_ports_are_different_and_free() -> None:
    ports = free_ports(5)
    assert len(set(ports)) == 5
    for port in ports:
        socket.create_server(("127.0.0.1", port)).close()


def test_a_port_that_is_taken_is_passed_over() -> None:
    (first,) = free_ports(1)
    with socket.create_server(("127.0.0.1", first)):
        assert first not in free_ports(3)


def test_the_kernel_gives_none_of_them_to_a_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as chosen:
        assert max(free_ports(3)) < chosen.getsockname()[1]
