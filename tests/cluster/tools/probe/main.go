// Probe is the smallest workload for tests of the cluster itself. `probe serve` answers every request on port 8080 with
// the pod's name; `probe get URL [CERTIFICATES]` prints what a URL answers.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	var err error
	switch {
	case len(os.Args) == 2 && os.Args[1] == "serve":
		err = serve()
	case len(os.Args) >= 3 && os.Args[1] == "get":
		err = get(os.Args[2], os.Args[3:])
	default:
		err = fmt.Errorf("usage: probe serve | probe get URL [CERTIFICATES]")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve() error {
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGINT, syscall.SIGTERM)
	failed := make(chan error, 1)
	name, err := os.Hostname()
	if err != nil {
		return err
	}
	answer := func(to http.ResponseWriter, _ *http.Request) { fmt.Fprintln(to, name) }
	go func() { failed <- http.ListenAndServe(":8080", http.HandlerFunc(answer)) }()
	select {
	case <-end:
		return nil
	case err := <-failed:
		return err
	}
}

func get(url string, certificates []string) error {
	trusted := x509.NewCertPool()
	for _, path := range certificates {
		read, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		trusted.AppendCertsFromPEM(read)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trusted}}
	client := http.Client{Timeout: 5 * time.Second, Transport: transport}
	answer, err := client.Get(url)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	_, err = io.Copy(os.Stdout, answer.Body)
	return err
}
