// Command standin runs the stand-in of Google Sheets for people who try Tearsheet
// without a Google account: it makes an empty spreadsheet, writes the key of an account
// that may edit it, says what to put into tearsheet.yaml, and draws the spreadsheet as
// a page. It forgets all at its end, unless -dir names a folder for its state.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"tearsheet/workbook/google/googletest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "standin:", err)
		os.Exit(1)
	}
}

// run serves until the context ends.
func run(ctx context.Context, arguments []string, out io.Writer) (err error) {
	flags := flag.NewFlagSet("standin", flag.ContinueOnError)
	dir := flags.String("dir", "", "`folder` that keeps key.json and the state; without it both are gone at the end")
	addr := flags.String("addr", "127.0.0.1:0", "`address` to listen on")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	o := googletest.Options{Addr: *addr}
	folder := *dir
	if folder == "" {
		if folder, err = os.MkdirTemp("", "standin"); err != nil {
			return err
		}
		defer os.RemoveAll(folder)
	} else {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return err
		}
		o.State = filepath.Join(folder, "state.json")
	}
	server, err := googletest.New(o)
	if err != nil {
		return err
	}
	defer func() {
		if closing := server.Close(); err == nil {
			err = closing
		}
		if unsaved := server.SaveError(); err == nil {
			err = unsaved
		}
	}()
	if err := tell(server, folder, out); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// tell makes what a newcomer needs and says where it is.
func tell(server *googletest.Server, folder string, out io.Writer) error {
	ids := server.Spreadsheets()
	if len(ids) == 0 {
		id := server.Create("Tearsheet")
		server.Share(id, googletest.Account, googletest.Editor)
		ids = append(ids, id)
	}
	key, err := server.KeyFile(folder)
	if err != nil {
		return err
	}
	if key, err = filepath.Abs(key); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, `google: {credentials: %s, endpoint: %s}
outputs: {sheets: {spreadsheet: %s}}

Put these lines into tearsheet.yaml. The spreadsheet is drawn at
%s/view/%s
Ctrl-C ends the stand-in.
`, key, server.URL, ids[0], server.URL, ids[0])
	return err
}
