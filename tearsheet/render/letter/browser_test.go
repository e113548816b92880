package letter_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tearsheet/internal/testenv"
	"tearsheet/tearsheet/render/rendertest"
)

// window is one in which a mail is read.
type window struct {
	Mail  string
	Width int
	Dark  bool
}

func (w window) String() string {
	return fmt.Sprintf("%d px, %s", w.Width, map[bool]string{false: "light", true: "dark"}[w.Dark])
}

// windows show a mail in each width, light and dark.
func windows(mail string) []window {
	var list []window
	for _, width := range []int{320, 360, 640, 1200} {
		list = append(list, window{mail, width, false}, window{mail, width, true})
	}
	return list
}

// seen is what a browser says of a mail in a window.
type seen struct {
	Dark     bool     // the window wants dark pages
	Overflow int      // by how many pixels the page is wider than its window
	Outside  []string // texts that stick out of it
	Faint    []string // texts whose contrast is below 4.5, as WCAG demands it
	Words    int
	Letters  int // width of the column that the letter fills
}

// measure is the script of the frame around the mails. The mails have no script.
const measure = `
function light(c) {
  const [r, g, b] = c.match(/[\d.]+/g).map(Number).map(v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
  return .2126 * r + .7152 * g + .0722 * b;
}
function paper(w, e) {
  for (; e; e = e.parentElement) {
    const c = w.getComputedStyle(e).backgroundColor;
    if (c !== 'rgba(0, 0, 0, 0)') return c;
  }
  return 'rgb(255, 255, 255)';
}
window.onload = () => {
  const all = [];
  for (const f of document.querySelectorAll('iframe')) {
    const w = f.contentWindow, d = f.contentDocument, s = {Outside: [], Faint: [], Words: 0};
    s.Dark = w.matchMedia('(prefers-color-scheme: dark)').matches;
    s.Overflow = d.documentElement.scrollWidth - f.clientWidth;
    s.Letters = Math.round(d.querySelector('h1').parentElement.getBoundingClientRect().width);
    const walk = d.createTreeWalker(d.body, NodeFilter.SHOW_TEXT);
    for (let n; n = walk.nextNode();) {
      const range = d.createRange(), text = n.data.trim();
      range.selectNodeContents(n);
      const box = range.getBoundingClientRect();
      if (!text || !box.width) continue;
      s.Words += text.split(/\s+/).length;
      if (box.left < 0 || box.right > f.clientWidth + .5) s.Outside.push(text);
      const a = light(w.getComputedStyle(n.parentElement).color), b = light(paper(w, n.parentElement));
      if ((Math.max(a, b) + .05) / (Math.min(a, b) + .05) < 4.5) s.Faint.push(text);
    }
    all.push(s);
  }
  document.getElementById('seen').textContent = JSON.stringify(all);
};`

// framed is a page with all windows. The browser makes no
// window as narrow as a telephone; a frame can be.
func framed(list []window) string {
	var b strings.Builder
	b.WriteString("<!DOCTYPE html><meta charset=utf-8><body style='margin:0;white-space:nowrap;background:#777'><pre id=seen hidden></pre>")
	for _, w := range list {
		scheme := map[bool]string{false: "light", true: "dark"}[w.Dark]
		fmt.Fprintf(&b, `<iframe srcdoc="%s" style="border:0;vertical-align:top;height:1900px;width:%dpx;color-scheme:%s"></iframe>`, html.EscapeString(w.Mail), w.Width, scheme)
	}
	return b.String() + "<script>" + measure + "</script>"
}

// browse lets a browser open a page and returns what it writes.
func browse(t *testing.T, page string, arguments ...string) []byte {
	t.Helper()
	chromium, dir := testenv.Tool(t, "chromium"), t.TempDir()
	file := filepath.Join(dir, "frame.html")
	if err := os.WriteFile(file, []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	var problems bytes.Buffer
	cmd := exec.Command(chromium, append(arguments, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
		"--user-data-dir="+filepath.Join(dir, "browser"), "file://"+file)...)
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, problems.String())
	}
	return out
}

func look(t *testing.T, list []window) []seen {
	t.Helper()
	dump := string(browse(t, framed(list), "--dump-dom"))
	_, text, _ := strings.Cut(dump, `<pre id="seen" hidden="">`)
	text, _, _ = strings.Cut(text, "</pre>")
	var all []seen
	if err := json.Unmarshal([]byte(html.UnescapeString(text)), &all); err != nil || len(all) != len(list) {
		t.Fatalf("the browser says %.300q: %v", text, err)
	}
	return all
}

// faults tells what is wrong in a window.
func (s seen) faults(w window) []string {
	var list []string
	if s.Dark != w.Dark {
		list = append(list, "the window is of the other colour")
	}
	if s.Overflow > 0 || len(s.Outside) > 0 {
		list = append(list, fmt.Sprintf("%d pixels stick out, and %.300q", s.Overflow, s.Outside))
	}
	if len(s.Faint) > 0 {
		list = append(list, fmt.Sprintf("hard to read: %.300q", s.Faint))
	}
	if s.Words < 100 {
		list = append(list, fmt.Sprintf("only %d words are drawn", s.Words))
	}
	if s.Letters > 640 || w.Width >= 700 && s.Letters != 640 {
		list = append(list, fmt.Sprintf("the column is %d wide", s.Letters))
	}
	return list
}

// Nobody has to push the page to and fro, and all of it can be read, in light and dark
// windows of each width, whatever the names are. Figures have seven characters at
// most, as on every sheet.
func TestLetterFitsEveryWindow(t *testing.T) {
	doc := rendertest.Sample()
	o := spoil(doc)
	for s := range doc.Sections {
		for r := range doc.Sections[s].Rows {
			row := &doc.Sections[s].Rows[r]
			row.Variance, row.Cells[4].ActualText, row.Cells[4].PlanText = "−100.0", "888,888", "888,888"
		}
	}
	list := append(windows(written(t, rendertest.Sample(), options()).HTML), windows(written(t, doc, o).HTML)...)
	for i, s := range look(t, list) {
		for _, fault := range s.faults(list[i]) {
			t.Errorf("window %d, %s: %s", i, list[i], fault)
		}
	}
}

// Negative control: what sticks out, what is faint and what is too wide is seen.
func TestLettersThatDoNotFitAreSeen(t *testing.T) {
	good := written(t, rendertest.Sample(), options()).HTML
	wrong := []struct {
		name, from, to string
		width          int
		dark           bool
	}{
		{"a word that cannot be broken", "Plan: master", "<nobr>" + strings.Repeat("w", 90) + "</nobr> master", 360, false},
		{"text that stays dark", ".page table { background: #171717 !important; color: #ececea !important; }", ".none { background: #171717 !important; }", 640, true},
		{"soft text that stays soft", ".soft { color: #a5a5a2 !important; }", "", 640, true},
		{"an alarm that is pale", "color:#960c12", "color:#ff7f7a", 640, false},
		{"a column as wide as it gets", "max-width:640px", "max-width:none", 1200, false},
		{"an empty page", "</h1>", "</h1><!--", 640, false},
	}
	var list []window
	for _, w := range wrong {
		page := strings.ReplaceAll(good, w.from, w.to)
		if page == good {
			t.Errorf("%s: nothing is replaced", w.name)
		}
		list = append(list, window{page, w.width, w.dark})
	}
	for i, s := range look(t, list) {
		if len(s.faults(list[i])) == 0 {
			t.Errorf("%s is not seen", wrong[i].name)
		}
	}
}

// Blocked pictures take nothing away: the page is drawn alike without them. With
// TEARSHEET_PICTURES set to a folder, the pictures are kept there.
func TestLetterLooksTheSameWithPicturesBlocked(t *testing.T) {
	good := written(t, rendertest.Sample(), options()).HTML
	if with, without := draw(t, windows(good), true), draw(t, windows(good), false); !bytes.Equal(with, without) {
		t.Error("the page is another where pictures are blocked")
	}
	// Negative control: a page with a picture is drawn differently.
	dot := `</h1><img width="40" height="40" alt="" src="data:image/gif;base64,R0lGODlhAQABAIAAAP8AAAAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==">`
	pictured := strings.Replace(good, "</h1>", dot, 1)
	few := windows(pictured)[4:5]
	if bytes.Equal(draw(t, few, true), draw(t, few, false)) {
		t.Error("a picture is not missed")
	}
}

func draw(t *testing.T, list []window, pictures bool) []byte {
	t.Helper()
	width := 0
	for _, w := range list {
		width += w.Width
	}
	path := filepath.Join(t.TempDir(), "mail.png")
	browse(t, framed(list), "--screenshot="+path, fmt.Sprintf("--window-size=%d,1900", width),
		fmt.Sprintf("--blink-settings=imagesEnabled=%v", pictures))
	picture, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if keep := os.Getenv("TEARSHEET_PICTURES"); keep != "" {
		name := fmt.Sprintf("%s-%d-windows-pictures-%v.png", t.Name(), len(list), pictures)
		if err := os.WriteFile(filepath.Join(keep, name), picture, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return picture
}
