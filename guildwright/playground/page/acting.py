"""Menus, and the acts that they and the page's dialogs lead to."""

import json
from collections.abc import Mapping

from markupsafe import Markup

from guildwright.playground.control.access import Control
from guildwright.playground.page import forms
from guildwright.playground.page.acts import ACTS
from guildwright.playground.page.acts.act import Act, Outcome, Scene
from guildwright.playground.page.desk import DONE, WRONG, Answer, Desk
from guildwright.playground.page.menus import menu
from guildwright.playground.page.refusal import REFUSALS, refusal
from guildwright.playground.page.seat import Seat
from guildwright.playground.playground import Playground

_NO_NUMBER = "Something in this form is not a number."


class Acting:
    """One for the whole playground."""

    def __init__(self, play: Playground, desk: Desk) -> None:
        self._play = play
        self._desk = desk
        self._control = Control(play)

    def _scene(self, at: Seat, target: str) -> Scene:
        return Scene(self._play, self._control, at, self._desk.look(at), target)

    def menu(self, at: Seat, kind: str, target: str) -> Answer:
        """What the menu of a thing offers."""
        scene = self._scene(at, target)
        return Answer(self._desk.draw.html("menu.html", scene.view, menu=menu(scene, kind), kind=kind, target=target))

    def ask(self, at: Seat, name: str, target: str) -> Answer:
        """An act's dialog, empty."""
        act = _known(name, target)
        if act is None:
            return Answer(status=404)
        return Answer(self._dialog(self._scene(at, target), name, act, {}, {}))

    def act(self, at: Seat, name: str, target: str, filled: Mapping[str, str]) -> Answer:
        """Do it. A dialog stays, with what is wrong, until it is right."""
        act = _known(name, target)
        if act is None:
            return Answer(status=404)
        scene = self._scene(at, target)
        try:
            outcome = act.run(scene, filled) or Outcome()
        except REFUSALS as refused:
            found = refusal(refused)
            return Answer(self._again(scene, name, act, filled, {found.field or "": found.message}), WRONG)
        except ValueError:  # a number that is none: our own forms have pickers for them
            return Answer(self._again(scene, name, act, filled, {"": _NO_NUMBER}), WRONG)
        return self._next(scene, outcome)

    def _again(self, scene: Scene, name: str, act: Act, filled: Mapping[str, str], errors: Mapping[str, str]) -> Markup:
        if act.fields or act.text:
            return self._dialog(scene, name, act, filled, errors)
        return self._desk.draw.html("result.html", scene.view, error=next(iter(errors.values())))

    def _next(self, scene: Scene, outcome: Outcome) -> Answer:
        if outcome.channel or outcome.member:
            channel, member = outcome.channel or scene.at.channel.id, outcome.member or scene.user_id
            place = {"path": f"/?channel={channel}&as={member}", "target": "#app", "select": "#app"}
            return Answer(status=DONE, event="acted", goto=json.dumps({**place, "swap": "outerHTML"}))
        if outcome.then:
            return self.ask(scene.at, outcome.then, scene.target)
        return Answer(Markup("<p>{}</p>").format(outcome.said) if outcome.said else "")

    def _dialog(
        self, scene: Scene, name: str, act: Act, filled: Mapping[str, str], errors: Mapping[str, str]
    ) -> Markup:
        try:
            fields = act.fields(scene) if act.fields else []
            text = act.text(scene) if act.text else ""
        except REFUSALS as refused:
            fields, text, errors = [], "", {"": refusal(refused).message}
        known = {field.name for field in fields}
        other = next((wrong for field, wrong in errors.items() if field not in known), None)
        shown = [forms.refilled(field, filled, errors) for field in fields]
        return self._desk.draw.html(
            act.template, scene.view, act=act, name=name, target=scene.target, fields=shown, text=text, error=other
        )


def _known(name: str, target: str) -> Act | None:
    """The act, if it is one, and on something that an id can name."""
    return ACTS.get(name) if not target or forms.number(target) else None
