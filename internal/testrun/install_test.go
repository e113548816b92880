package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// bareMachine gives this test a PATH with go and apt-get and nothing else, and
// returns the folder that is that PATH. Its apt-get writes down how it was called
// and then does what the script says.
func bareMachine(t *testing.T, script string) (path string, calls func() string) {
	t.Helper()
	path, log := t.TempDir(), filepath.Join(t.TempDir(), "log")
	goPath, err := exec.LookPath("go")
	if err != nil {
		t.Fatal(err)
	}
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(goPath, filepath.Join(path, "go")); err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf("#!%s\nread answer && echo asked >>%[2]s\necho \"$DEBIAN_FRONTEND apt-get $*\" >>%[2]s\n%s\n", shell, log, script)
	if err := os.WriteFile(filepath.Join(path, "apt-get"), []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOROOT", goroot(t))
	t.Setenv("PATH", path)
	return path, func() string {
		text, err := os.ReadFile(log)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		return string(text)
	}
}

func goroot(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

func TestMissingProgramsAreInstalledByTheirPackages(t *testing.T) {
	needs := []string{"qpdf", "soffice", "pdftotext", "pdftoppm"}
	compiler, err := exec.LookPath("gcc")
	if err != nil {
		t.Fatal(err)
	}
	tools := filepath.Dir(compiler)
	// What the packages bring: three programs that say nothing, and the compiler.
	path, calls := bareMachine(t, `test "$1" = install || exit 0
PATH=/usr/bin:/bin
for program in qpdf soffice pdftotext pdftoppm initdb mariadbd; do printf '#!/bin/sh\n' >"$BIN/$program"; chmod +x "$BIN/$program"; done
ln -s `+tools+`/gcc "$BIN/gcc"; ln -s "$(command -v as)" "$(command -v ld)" "$BIN"`)
	t.Setenv("BIN", path)
	before := lacking(t.Context(), needs)
	want := []string{"g++", "libreoffice-calc", "poppler-utils", "qpdf"} // and the servers, unless they are where Debian has them
	if !slices.Equal(slices.DeleteFunc(slices.Clone(before), func(name string) bool { return name == "postgresql" || name == "mariadb-server" }), want) {
		t.Errorf("lacking %q, want %q", before, want)
	}
	if err := bring(t.Context(), before); err != nil {
		t.Error(err)
	}
	lines := "noninteractive apt-get update -qq\nnoninteractive apt-get install -qq -y --no-install-recommends " + strings.Join(before, " ") + "\n"
	if got := calls(); got != lines {
		t.Errorf("apt-get was called:\n%swant:\n%s", got, lines)
	}
	if err := install(t.Context(), needs); err != nil || calls() != lines {
		t.Errorf("with all there: %v\n%s", err, calls())
	}
}

func TestInstallThatFailsSaysWhatAptSaid(t *testing.T) {
	cases := []struct{ name, script, wants string }{
		{"no package lists", `test "$1" = update && echo "E: no network" && exit 100`, "apt-get update -qq: exit status 100\nE: no network"},
		{"no such package", `test "$1" = install && echo "E: Unable to locate package" && exit 100; exit 0`, "exit status 100\nE: Unable to locate package"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			bareMachine(t, c.script)
			if err := bring(t.Context(), []string{"qpdf"}); err == nil || !strings.Contains(err.Error(), c.wants) {
				t.Errorf("error is %v, want %s", err, c.wants)
			}
		})
	}
}

func TestInstallThatBringsNothingIsAnError(t *testing.T) {
	bareMachine(t, "")
	err := install(t.Context(), []string{"qpdf"})
	if err == nil || !strings.Contains(err.Error(), "g++ ") || !strings.Contains(err.Error(), " qpdf") {
		t.Errorf("error is %v, want one that names what is still missing", err)
	}
}

func TestWithoutAptGetThePackagesAreNamed(t *testing.T) {
	path, _ := bareMachine(t, "")
	if err := os.Remove(filepath.Join(path, "apt-get")); err != nil {
		t.Fatal(err)
	}
	err := install(t.Context(), []string{"qpdf", "pdfinfo"})
	if err == nil || !strings.Contains(err.Error(), "g++ poppler-utils ") || !strings.Contains(err.Error(), " qpdf") {
		t.Errorf("error is %v", err)
	}
}

func TestMissingCompilerIsNamed(t *testing.T) {
	if err := links(t.Context()); err != nil {
		t.Fatalf("with the compiler of this machine: %v", err)
	}
	t.Run("not there", func(t *testing.T) {
		bareMachine(t, "")
		if err := links(t.Context()); !errors.Is(err, errNoCompiler) {
			t.Errorf("error is %v", err)
		}
	})
	t.Run("without the C++ library", func(t *testing.T) {
		cc := filepath.Join(t.TempDir(), "cc")
		if err := os.WriteFile(cc, []byte("#!/bin/sh\necho cannot find -lstdc++\nexit 1\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		t.Setenv("CC", cc)
		if err := links(t.Context()); !errors.Is(err, errNoCompiler) || !strings.Contains(err.Error(), "cannot find -lstdc++") {
			t.Errorf("error is %v", err)
		}
	})
}

func TestVersionsOfTheServersArePrinted(t *testing.T) {
	for _, p := range versions(t.Context(), []string{"postgres", "mariadbd"}) {
		if p.version == "missing" && lacking(t.Context(), nil) == nil {
			t.Errorf("%s: its programs are there and its version is not found", p.name)
		}
	}
}
