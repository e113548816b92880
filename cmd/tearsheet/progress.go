package main

import (
	"io"
	"os"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progress shows on a terminal how far long work is, and nothing elsewhere.
type progress struct {
	out io.Writer // nil: quiet
	bar **progressbar.ProgressBar
}

func newProgress(out io.Writer) progress {
	file, ok := out.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return progress{}
	}
	return progress{out: out, bar: new(*progressbar.ProgressBar)}
}

// step shows that done of total steps of the work so named are behind us.
func (p progress) step(name string, done, total int) {
	if p.out == nil {
		return
	}
	if *p.bar == nil {
		*p.bar = progressbar.NewOptions(total, progressbar.OptionSetWriter(p.out), progressbar.OptionSetWidth(24),
			progressbar.OptionShowCount(), progressbar.OptionClearOnFinish(), progressbar.OptionSetDescription(name))
	}
	(*p.bar).Describe(name)
	(*p.bar).ChangeMax(total)
	_ = (*p.bar).Set(done)
}

// done takes the display away.
func (p progress) done() {
	if p.out == nil || *p.bar == nil {
		return
	}
	_ = (*p.bar).Clear()
	*p.bar = nil
}
