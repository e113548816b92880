package main

import (
	"bytes"
	"flag"
	"fmt"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tearsheet/internal/testenv"
)

var updateMail = flag.Bool("update", false, "write the golden mails anew")

// badNight is a run with everything that a mail can tell.
func badNight() runReport {
	return runReport{
		Company: "Frame & Field", Run: "812", ID: "2026-11-17T07:00:00Z-4f1c", Day: "2026-11-17", Host: "etl-1",
		Began: "02:00", Took: 192 * time.Second, Tables: 23, Built: 38, Rows: 1204332,
		Failed: []failure{{
			Name: "likes", Days: "2026-11-11",
			Error:    "etl/likes.sql:14: check not_null on user_id: 3 of 81,204 rows have none\n  first: photo 23432423 at 2026-11-11 10:24:31",
			Commands: []string{"tearsheet explain likes@2026-11-11", "tearsheet run"},
		}},
		Waiting: []string{"daily_likes", "engagement"},
		Held: []heldFile{{
			Path:     "logs/web-2/2026-11-11-03.log.gz",
			Text:     "has the content of logs/web-1/2026-11-11-03.log.gz, which is loaded: not loaded twice",
			Commands: []string{"tearsheet run --accept logs/web-2/2026-11-11-03.log.gz"},
		}},
		Missing: []openHours{{Host: "api-1", Hours: "2026-11-16 21–23 UTC"}, {Host: "web-2", Hours: "2026-11-11 04, 07–09 UTC; 2026-11-16 23 UTC"}},
	}
}

func TestSubjectOfStatusMail(t *testing.T) {
	for want, change := range map[string]func(*runReport){
		"Tearsheet: run 812 of 2026-11-17: 1 of 23 tables failed (likes, 2026-11-11)": func(*runReport) {},
		"Tearsheet: run 812 of 2026-11-17: 3 of 23 tables failed (likes, 2026-11-11, and 2 more)": func(r *runReport) {
			r.Failed = append(r.Failed, failure{Name: "a"}, failure{Name: "b"})
		},
		"Tearsheet: run 812 of 2026-11-17: 1 of 23 tables failed (likes, 2026-11-11 and other days)": func(r *runReport) {
			r.Failed = append(r.Failed, failure{Name: "likes", Days: "2026-11-13"}, failure{Name: "likes", Days: "2026-11-15"})
		},
		"Tearsheet: run 812 of 2026-11-17: 1 of 1 table failed (photos)": func(r *runReport) {
			r.Tables, r.Failed = 1, []failure{{Name: "photos"}}
		},
		"Tearsheet: run 812 of 2026-11-17: 1 file held": func(r *runReport) { r.Failed = nil },
		"Tearsheet: run 812 of 2026-11-17: broke off":   func(r *runReport) { r.Broken = "no space left on device" },
		"Tearsheet: run 812 of 2026-11-17: 1 of 23 tables failed (x Bcc: y@example.com)": func(r *runReport) {
			r.Failed = []failure{{Name: "x\r\nBcc: y@example.com"}}
		},
	} {
		r := badNight()
		change(&r)
		got := strings.Join(strings.Fields(r.subject()), " ")
		if got != want {
			t.Errorf("subject\n%s, want\n%s", got, want)
		}
		if strings.ContainsAny(r.subject(), "\r\n") {
			t.Errorf("subject of several lines: %q", r.subject())
		}
	}
}

// What is read is kept as files, to be looked at when it changes.
func TestStatusMailReadsAsBefore(t *testing.T) {
	broken := badNight()
	broken.Failed, broken.Waiting, broken.Held, broken.Missing = nil, nil, nil, nil
	broken.Broken = "warehouse duckdb:warehouse.duckdb: no space left on device"
	for name, report := range map[string]runReport{"mail": badNight(), "mail-broken": broken} {
		page, err := report.mail()
		if err != nil {
			t.Fatal(err)
		}
		for suffix, got := range map[string]string{".txt": page.text, ".html": page.html} {
			path := filepath.Join("testdata", "mails", name+suffix)
			if *updateMail {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("%s is now:\n%s", path, got)
			}
		}
		for line := range strings.Lines(page.text) {
			if len([]rune(strings.TrimRight(line, "\n"))) > 100 {
				t.Errorf("a line of the text is %d wide: %s", len([]rune(line)), line)
			}
		}
	}
}

func TestStatusMailStaysSmallAndInert(t *testing.T) {
	r := badNight()
	r.Company, r.Host = `<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`
	long := strings.Repeat("<b>x</b> \x1b[31m\u202e", 500) + strings.Repeat("\nline", 500)
	for i := range 500 {
		r.Failed = append(r.Failed, failure{Name: fmt.Sprint("t", i), Error: long, Commands: []string{"tearsheet run; <i>"}})
		r.Held = append(r.Held, heldFile{Path: "p", Text: long})
		r.Missing = append(r.Missing, openHours{Host: "h", Hours: "1"})
		r.Waiting = append(r.Waiting, "w")
	}
	page, err := r.mail()
	if err != nil {
		t.Fatal(err)
	}
	// Gmail cuts a mail off at some 102 kB.
	if len(page.html) > 95_000 || len(page.text) > 95_000 {
		t.Errorf("%d bytes of HTML and %d of text", len(page.html), len(page.text))
	}
	for _, bad := range []string{"<script", "<img", "<b>x", "<i>", "\x1b", "\u202e"} {
		if strings.Contains(page.html, bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
	for _, want := range []string{"and 481 more", "&lt;script&gt;"} {
		if !strings.Contains(page.html, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if !strings.Contains(page.text, "and 481 more") || strings.ContainsAny(page.text, "\x1b\u202e") {
		t.Errorf("the text lacks what is left out, or holds control characters")
	}
}

// A page that is wider than its window would have to be pushed to and fro. It is drawn
// by a browser in windows of both widths; what is black at the right edge sticks out.
func TestStatusMailFitsNarrowAndWideWindows(t *testing.T) {
	page, err := badNight().mail()
	if err != nil {
		t.Fatal(err)
	}
	for _, width := range []int{380, 800} {
		picture := draw(t, page.html, width)
		if got := picture.Bounds().Dx(); got != width {
			t.Errorf("picture is %d wide, want %d", got, width)
		}
		if ink(picture, 0, width) == 0 {
			t.Errorf("width %d: nothing is drawn", width)
		}
		if n := ink(picture, width-12, width); n > 0 {
			t.Errorf("width %d: %d pixels at the right edge", width, n)
		}
	}
	// Negative control: a word that cannot be broken is seen.
	wide := draw(t, strings.Replace(page.html, "2026-11-16 21–23 UTC", "<nobr>"+strings.Repeat("w", 200)+"</nobr>", 1), 379)
	if ink(wide, 367, 379) == 0 {
		t.Error("what sticks out is not seen")
	}
}

// draw lets a browser draw a page in a window of the width. With TEARSHEET_PICTURES
// set to a folder, the picture is kept there.
func draw(t *testing.T, html string, width int) image.Image {
	t.Helper()
	chromium := testenv.Tool(t, "chromium")
	dir := t.TempDir()
	// The browser makes no window as narrow as a telephone; a frame can be.
	frame := fmt.Sprintf(`<!DOCTYPE html><body style="margin:0"><iframe src="mail.html" style="border:0;width:%dpx;height:1500px"></iframe>`, width)
	for name, content := range map[string]string{"mail.html": html, "frame.html": frame} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, "mail.png")
	cmd := exec.Command(chromium, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--user-data-dir="+filepath.Join(dir, "browser"),
		"--window-size=900,1500", "--screenshot="+path, "file://"+filepath.Join(dir, "frame.html"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	cut := picture.(interface {
		SubImage(image.Rectangle) image.Image
	}).SubImage(image.Rect(0, 0, width, picture.Bounds().Dy()))
	if keep := os.Getenv("TEARSHEET_PICTURES"); keep != "" {
		var out bytes.Buffer
		if err := png.Encode(&out, cut); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(keep, fmt.Sprintf("%s-%d.png", t.Name(), width)), out.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cut
}

// ink counts the pixels between two columns that are not white.
func ink(picture image.Image, from, to int) int {
	n := 0
	for y := picture.Bounds().Min.Y; y < picture.Bounds().Max.Y; y++ {
		for x := from; x < to; x++ {
			if r, g, b, _ := picture.At(x, y).RGBA(); r+g+b < 3*0xf800 {
				n++
			}
		}
	}
	return n
}
