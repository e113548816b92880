package main

import (
	"context"
	"net"
	"net/url"
	"os"
	"testing"

	"tearsheet/internal/testenv"
)

func TestPrivateServerAnswersAndLeavesNothingBehind(t *testing.T) {
	testenv.Postgres(t) // where the run has one, a second can be started
	server, err := startPostgres(context.Background())
	defer server.stop()
	if err != nil {
		t.Fatal(err)
	}
	address, err := url.Parse(server.url)
	if err != nil {
		t.Fatal(err)
	}
	connection, err := net.Dial("tcp", address.Host)
	if err != nil {
		t.Fatal(err)
	}
	connection.Close()

	server.stop()
	if _, err := net.Dial("tcp", address.Host); err == nil {
		t.Error("the server still answers after stop")
	}
	if _, err := os.Stat(server.folder); !os.IsNotExist(err) {
		t.Errorf("folder %s is still there: %v", server.folder, err)
	}
}

func TestServerThatCannotStartLeavesNothingBehind(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	server, err := startPostgres(ctx)
	if err == nil || server.url != "" {
		t.Errorf("error %v, url %q; want an error and no url", err, server.url)
	}
	server.stop()
	if server.folder == "" {
		return // no PostgreSQL here: nothing was made
	}
	if _, err := os.Stat(server.folder); !os.IsNotExist(err) {
		t.Errorf("folder %s is still there: %v", server.folder, err)
	}
}
