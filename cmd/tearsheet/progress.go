package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"tearsheet/pipeline/source/files"
)

// betweenDraws keeps the display from costing more than the work.
const betweenDraws = time.Second / 10

// progress shows on a terminal how far long work is, and nothing elsewhere.
type progress struct {
	lines io.Writer // for whole lines; nil: quiet
	out   io.Writer // nil: quiet
	draw  *drawing
}

// drawing is what stands on the terminal. Several nodes of a run draw at once.
type drawing struct {
	mutex sync.Mutex
	bar   *progressbar.ProgressBar // nil: nothing
	name  string
	last  time.Time
}

func newProgress(out io.Writer) progress {
	file, ok := out.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return progress{lines: out}
	}
	return progress{lines: out, out: out, draw: new(drawing)}
}

// step shows that done of total steps of the work so named are behind us.
func (p progress) step(name string, done, total int) {
	p.show(name, int64(done), int64(total))
}

// file shows how far the reading of a file is. It may be called for every block.
func (p progress) file(at files.Progress) {
	p.show(at.Step+" "+at.Path, at.Bytes, at.Of, progressbar.OptionShowBytes(true))
}

// show draws unless what stands there was drawn just now.
func (p progress) show(name string, done, total int64, unit ...progressbar.Option) {
	if p.out == nil {
		return
	}
	p.draw.mutex.Lock()
	defer p.draw.mutex.Unlock()
	if p.draw.bar != nil && time.Since(p.draw.last) < betweenDraws {
		return
	}
	total = max(total, 1) // an empty file is read at once
	if p.draw.name != name {
		p.clear()
	}
	if p.draw.bar == nil {
		p.draw.name = name
		p.draw.bar = progressbar.NewOptions64(total, append(unit, progressbar.OptionSetWriter(p.out), progressbar.OptionSetWidth(24),
			progressbar.OptionShowCount(), progressbar.OptionClearOnFinish(), progressbar.OptionSetDescription(name))...)
		_ = p.draw.bar.RenderBlank()
	}
	p.draw.bar.ChangeMax64(total)
	_ = p.draw.bar.Set64(done)
	p.draw.last = time.Now()
}

// say writes a line for people, on a terminal and elsewhere.
func (p progress) say(format string, args ...any) {
	p.done()
	if p.lines != nil {
		fmt.Fprintf(p.lines, format+"\n", args...)
	}
}

// done takes the display away.
func (p progress) done() {
	if p.out == nil {
		return
	}
	p.draw.mutex.Lock()
	defer p.draw.mutex.Unlock()
	p.clear()
}

func (p progress) clear() {
	if p.draw.bar != nil {
		_ = p.draw.bar.Clear()
		p.draw.bar = nil
	}
}
