// Command tearsheet makes the sheet that executives read: every team's metrics as
// daily averages of the last five weeks beside the plan, with their definitions.
// It joins the parts and owns what they must not know: flags, environment, clock
// and exit codes.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"tearsheet/workbook/google"
)

func main() { os.Exit(Main()) }

// Main runs the program with the process's arguments and returns its exit code.
func Main() int { return mainAt(time.Now) }

// mainAt is Main by another clock.
func mainAt(now func() time.Time) int {
	keepFromOthers()
	ctx, done := untilStopped(context.Background())
	defer done()
	a := &app{out: os.Stdout, errOut: os.Stderr, now: now, codes: exitCodes{}}
	a.plans = a.googlePlan
	root := a.command()
	root.SetArgs(os.Args[1:])
	err := root.ExecuteContext(ctx)
	var stop stopped
	if err != nil && errors.As(context.Cause(ctx), &stop) {
		if !errors.Is(err, context.Canceled) { // it says more than that it was stopped
			a.report(err)
		}
		fmt.Fprintln(a.errOut, "interrupted: what was done is kept; run it again to go on")
		return stop.code()
	}
	a.report(err)
	return exitCode(err)
}

// app is one run of the program.
type app struct {
	out, errOut io.Writer
	now         func() time.Time
	dir         string     // -C
	json        bool       // --json
	plans       planReader // nil where no server is read
	google      struct {
		client *google.Client // nil: none yet
		as     googleEntry
		sleep  func(context.Context, time.Duration) error // nil: by a timer
	}
	codes exitCodes
}

func (a *app) command() *cobra.Command {
	root := &cobra.Command{
		Use:   "tearsheet",
		Short: "The sheet that executives read on Tuesday",
		Long: "Tearsheet prints a company's metrics as daily averages of the last five weeks, each\n" +
			"beside the plan, with precise definitions, as PDF, XLSX, HTML, CSV and JSON.",
		Example: "  tearsheet demo                       an invented company, from logs to sheet\n" +
			"  tearsheet check                      do the files of this folder agree?\n" +
			"  tearsheet sheet --week 2026-11-15    the sheet of the week that holds this day",
		SilenceErrors: true, SilenceUsage: true,
		Version: version(),
	}
	root.SetOut(a.out)
	root.SetErr(a.errOut)
	root.SetVersionTemplate("{{.Version}}\n")
	root.SuggestionsMinimumDistance = 2
	root.PersistentFlags().StringVarP(&a.dir, "dir", "C", ".", "the project folder")
	root.PersistentFlags().BoolVar(&a.json, "json", false, "answer as JSON, for programs")
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return hinted(usageError(suggestFlag(c, err)), "`%s --help` lists the flags", c.CommandPath())
	})
	root.PersistentPreRunE = func(c *cobra.Command, _ []string) error { return refuseEmpty(c) }
	root.AddCommand(a.demoCommand(), a.initCommand(), a.checkCommand(), a.runCommand(), a.backfillCommand(),
		a.statusCommand(), a.graphCommand(), a.sheetCommand(),
		a.editionsCommand(), a.explainCommand(), a.serveCommand(), a.scheduleCommand(), a.outboxCommand(), a.schemaCommand(), a.versionCommand())
	for _, c := range root.Commands() {
		if c.Args != nil {
			args := c.Args
			c.Args = func(c *cobra.Command, given []string) error {
				if err := args(c, given); err != nil {
					return usageError(err)
				}
				return nil
			}
		}
	}
	root.Args = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		err := fmt.Errorf("unknown command %q", args[0])
		if near := c.SuggestionsFor(args[0]); len(near) > 0 {
			err = fmt.Errorf("unknown command %q: did you mean %q?", args[0], near[0])
		}
		return hinted(usageError(err), "`tearsheet --help` lists the commands")
	}
	root.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
	return root
}

// report writes an error, and a hint if there is one, for a person. Neither holds a secret
// of the project, whatever a library put into an error.
func (a *app) report(err error) {
	if err == nil {
		return
	}
	fmt.Fprintln(a.errOut, a.hide(err.Error()))
	var exit *exitError
	if errors.As(err, &exit) && exit.hint != "" {
		fmt.Fprintln(a.errOut, "hint:", a.hide(exit.hint))
	}
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{Use: "version", Short: "Print the version", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if a.json {
				return a.answer(map[string]string{"version": version(), "go": runtime.Version()})
			}
			_, err := fmt.Fprintln(a.out, version(), runtime.Version())
			return err
		}}
}

// version returns the version of the module that was built, or of the commit.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	text := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && (text == "" || text == "(devel)") {
			return "devel " + s.Value[:min(12, len(s.Value))]
		}
	}
	if text == "" || text == "(devel)" {
		return "devel"
	}
	return text
}
