package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"tearsheet/internal/testenv"
	"tearsheet/warehouse"
	"tearsheet/warehouse/duck"
	"tearsheet/warehouse/warehousetest"
)

// everyVariable makes the tests below kill a run at each of its calls, and three
// hundred times by chance, instead of a sample. docs/reliability.md has the figures.
const everyVariable = "TEARSHEET_TEST_EVERY_KILL"

func sample(few, all int) int {
	if os.Getenv(everyVariable) != "" {
		return all
	}
	return few
}

// writeCalls are the calls of a run that change something outside its memory.
const writeCalls = "write,pwrite64,writev,pwritev,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,link,linkat,ftruncate,mkdir,mkdirat,fallocate"

// killPoint is the n-th call of a kind in a thread of a run.
type killPoint struct {
	call string
	n    int
}

// killPoints runs a night once under strace and returns every point at which a run can
// be killed.
func killPoints(t *testing.T, strace, dir string) []killPoint {
	t.Helper()
	trace := filepath.Join(t.TempDir(), "trace")
	process := exec.Command(strace, "-f", "-qq", "-o", trace, "-e", "trace="+writeCalls, "tearsheet", "-C", dir, "run")
	if out, err := process.CombinedOutput(); process.ProcessState.ExitCode() != exitHeld { // a file is cut off
		t.Fatalf("%v\n%s", err, out)
	}
	file, err := os.Open(trace)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	called := regexp.MustCompile(`^(\d+) +(\w+)\(`)
	counts := map[string]map[string]int{} // by call and thread
	for lines := bufio.NewScanner(file); lines.Scan(); {
		m := called.FindStringSubmatch(lines.Text())
		if m == nil {
			continue
		}
		if counts[m[2]] == nil {
			counts[m[2]] = map[string]int{}
		}
		counts[m[2]][m[1]]++
	}
	var points []killPoint
	for call, threads := range counts {
		most := 0
		for _, n := range threads { // strace counts in each thread by itself
			most = max(most, n)
		}
		for n := range most {
			points = append(points, killPoint{call, n + 1})
		}
	}
	slices.SortFunc(points, func(a, b killPoint) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return points
}

// twoAtATime does something with each of n numbers, two at a time.
func twoAtATime(n int, do func(i int)) {
	var all sync.WaitGroup
	places := make(chan struct{}, 2)
	for i := range n {
		places <- struct{}{}
		all.Go(func() {
			defer func() { <-places }()
			do(i)
		})
	}
	all.Wait()
}

// recovers runs a night that was killed once more, and holds its warehouse against the
// one of an undisturbed night.
func recovers(t *testing.T, dir, want, what string) {
	t.Helper()
	if out, err := exec.Command("tearsheet", "-C", dir, "run").CombinedOutput(); err == nil || exitOf(err) != exitHeld {
		t.Errorf("%s: the next run: %v\n%s", what, err, out)
		return
	}
	if got := dumpNight(t, dir, nightDuckDB); got != want {
		t.Errorf("%s: the warehouse is another one:\n%s", what, firstDifference(got, want))
	}
}

func exitOf(err error) int {
	var exit *exec.ExitError
	if e, ok := err.(*exec.ExitError); ok {
		exit = e
		return exit.ExitCode()
	}
	return -1
}

// firstDifference shows where two dumps part.
func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return fmt.Sprintf("line %d is\n%s\nwant\n%s", i+1, g[i], w[i])
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(g), len(w))
}

// undisturbed returns a night that has not run, and what the warehouse holds after one
// that was not disturbed.
func undisturbed(t *testing.T) (fresh, want string) {
	t.Helper()
	fresh = night(t, nightDuckDB)
	dir := t.TempDir()
	copyProject(t, fresh, dir)
	if o := tearsheetAt(t, tuesday, dir, "run"); o.code != exitHeld {
		t.Fatalf("exit %d\n%s%s", o.code, o.out, o.errOut)
	}
	return fresh, dumpNight(t, dir, nightDuckDB)
}

// C02, and N01 after listing, N02 while it unpacks, N03 after rows and before the ledger,
// N04 in a commit, N05 after it, N07 while tables are made, N12 in a checkpoint: a run that
// is killed at any call that writes something is made good by the next one.
func TestC02N01N02N03N04N05N07N12RunKilledAtAnyWriteIsMadeGood(t *testing.T) {
	strace := testenv.Tool(t, "strace")
	fresh, want := undisturbed(t)
	traced := t.TempDir()
	copyProject(t, fresh, traced)
	points := killPoints(t, strace, traced)
	if len(points) < 100 {
		t.Fatalf("only %d points to kill at", len(points))
	}
	chosen := points
	if few := sample(16, len(points)); few < len(points) {
		rand.Shuffle(len(points), func(i, j int) { points[i], points[j] = points[j], points[i] })
		chosen = points[:few]
	}
	killed := 0
	var mutex sync.Mutex
	twoAtATime(len(chosen), func(i int) {
		p := chosen[i]
		dir := t.TempDir()
		copyProject(t, fresh, dir)
		process := exec.Command(strace, "-f", "-qq", "-o", os.DevNull, "-e", "trace="+p.call,
			"-e", fmt.Sprintf("inject=%s:signal=KILL:when=%d", p.call, p.n), "tearsheet", "-C", dir, "run")
		_ = process.Run()
		if status, ok := process.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
			mutex.Lock()
			killed++
			mutex.Unlock()
		}
		recovers(t, dir, want, fmt.Sprintf("killed at %s number %d", p.call, p.n))
		os.RemoveAll(dir)
	})
	t.Logf("%d points, %d tried, %d killed the run", len(points), len(chosen), killed)
	if killed < len(chosen)/2 {
		t.Errorf("only %d of %d points killed the run", killed, len(chosen))
	}
}

// C02: the same at moments of chance.
func TestC02RunKilledAtRandomIsMadeGood(t *testing.T) {
	fresh, want := undisturbed(t)
	began := time.Now()
	dir := t.TempDir()
	copyProject(t, fresh, dir)
	_ = exec.Command("tearsheet", "-C", dir, "run").Run()
	length := time.Since(began)
	twoAtATime(sample(10, 300), func(i int) {
		dir := t.TempDir()
		copyProject(t, fresh, dir)
		kills := 1 + rand.IntN(3) // one after the other
		for range kills {
			ctx, cancel := context.WithTimeout(t.Context(), rand.N(length))
			_ = exec.CommandContext(ctx, "tearsheet", "-C", dir, "run").Run()
			cancel()
		}
		recovers(t, dir, want, fmt.Sprintf("round %d", i))
		os.RemoveAll(dir)
	})
}

// Negative control: a loader that writes rows in one transaction and the ledger in
// another leaves, when it is killed between them, rows that the ledger does not know.
// The comparison has to see what the next run makes of that.
func TestRowsWithoutTheirLedgerAreSeen(t *testing.T) {
	fresh, want := undisturbed(t)
	for name, statement := range map[string]string{
		"a file that counts twice":    "delete from etl.file where path = 'logs/web-1/2026-11-11-10.1.log.gz'",
		"a day that was half written": "delete from likes where day = date '2026-11-11' and user_id = 1",
	} {
		dir := t.TempDir()
		copyProject(t, fresh, dir)
		_ = exec.Command("tearsheet", "-C", dir, "run").Run()
		db, err := duck.Open(t.Context(), filepath.Join(dir, "warehouse.duckdb"), warehouse.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		_, err = db.ExecContext(t.Context(), statement)
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if err != nil {
			t.Fatal(err)
		}
		_ = exec.Command("tearsheet", "-C", dir, "run").Run()
		if dumpNight(t, dir, nightDuckDB) == want {
			t.Errorf("%s: the comparison saw nothing", name)
		}
	}
}

// M01, I04, I06: of two runs at the same instant one wins, and the other one says so or finds
// nothing to do.
func TestM01I04I06TwoRunsAtOnce(t *testing.T) {
	fresh, want := undisturbed(t)
	refused := 0
	for range sample(4, 200) {
		dir := t.TempDir()
		copyProject(t, fresh, dir)
		done := 0
		for i, o := range together(t, 2, dir, "run") {
			switch o.code {
			case exitHeld:
				done++
			case exitActive:
				refused++
				if !strings.Contains(o.errOut, "holds the warehouse") && !strings.Contains(o.errOut, "another process") {
					t.Errorf("run %d says\n%s", i, o.errOut)
				}
			default:
				t.Errorf("run %d: exit %d\n%s%s", i, o.code, o.out, o.errOut)
			}
		}
		if done == 0 {
			t.Error("neither run was done")
		}
		if got := dumpNight(t, dir, nightDuckDB); got != want {
			t.Errorf("after two runs at once:\n%s", firstDifference(got, want))
		}
		os.RemoveAll(dir)
	}
	t.Logf("%d runs were refused", refused)
}

// L01, C04: a run on a disk that fills up ends with exit code 4, keeps what it had, and
// goes on when there is room.
func TestL01RunOnAFullDisk(t *testing.T) {
	fresh, want := undisturbed(t)
	testenv.OnSmallDisk(t, 24<<20, func(disk string) {
		full := 0
		for _, room := range []int64{300 << 10, 900 << 10, 2 << 20, 4 << 20} {
			dir := filepath.Join(disk, "project")
			copyProject(t, fresh, dir)
			ballast := filepath.Join(disk, "ballast")
			fill(t, ballast, free(t, disk)-room)
			out, err := exec.Command("tearsheet", "-C", dir, "run").CombinedOutput()
			switch code := exitOf(err); {
			case code == exitStorage:
				full++
			case code != exitHeld:
				t.Errorf("%d bytes free: %v\n%s", room, err, out)
			}
			if err := os.Remove(ballast); err != nil {
				t.Fatal(err)
			}
			recovers(t, dir, want, strconv.FormatInt(room, 10)+" bytes free")
			if err := os.RemoveAll(dir); err != nil {
				t.Fatal(err)
			}
		}
		if full == 0 {
			t.Error("the disk was never full")
		}
	})
}

func fill(t *testing.T, path string, size int64) {
	t.Helper()
	if err := os.WriteFile(path, bytes.Repeat([]byte{1}, int(max(size, 0))), 0o640); err != nil {
		t.Fatal(err)
	}
}

// N06: a run that is killed while it reads a production table is made good by the next
// one, and keeps nothing on the server waiting.
func TestN06RunKilledWhileItReadsMySQL(t *testing.T) {
	server := testenv.MariaDB(t)
	fill := "drop database if exists n06; create database n06; use n06; create table payments (id bigint primary key, paid_at datetime(6) not null, amount decimal(12,2) not null);" +
		" insert into payments select seq, '2026-11-01 12:00:00' + interval seq second, seq / 100 from seq_1_to_300000;"
	client := exec.Command(testenv.Tool(t, "mariadb"), append(server.Client(), "-e", fill)...)
	if out, err := client.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	project := func() string {
		return writeProject(t, map[string]string{
			"tearsheet.yaml": "company: N\ntimezone: America/Toronto\nas_of: 2026-11-13\nwarehouse: {url: 'duckdb:warehouse.duckdb'}\nsources:\n  mysql:\n    - dsn: '" + server.DSN("n06") +
				"'\n      tables: [{table: payments, from: payments, at: paid_at, columns: {id: bigint, paid_at: timestamp, amount: 'decimal(12,2)'}}]\n",
			"metrics.yaml": strings.Split(nightMetrics, "metrics:")[0] + "metrics:\n  - {name: paid, title: Paid, team: product, definition: \"Payments of the day, as production has them.\", unit: payments, better: up, week: mean, plan: none, from: payments, measure: count(*)}\n",
		})
	}
	dumped := func(dir string) string {
		r, err := duck.OpenReadOnly(t.Context(), filepath.Join(dir, "warehouse.duckdb"), warehouse.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		text, err := warehousetest.Dump(t.Context(), r, "payments")
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	undisturbed := project()
	began := time.Now()
	if out, err := exec.Command("tearsheet", "-C", undisturbed, "run").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	length, want := time.Since(began), dumped(undisturbed)
	if !strings.Contains(want, "# payments (day, id, paid_at, amount): 300000 rows") {
		t.Fatalf("it begins %.100s", want)
	}
	for range sample(5, 60) {
		dir := project()
		ctx, cancel := context.WithTimeout(t.Context(), rand.N(length))
		_ = exec.CommandContext(ctx, "tearsheet", "-C", dir, "run").Run()
		cancel()
		if out, err := exec.Command("tearsheet", "-C", dir, "run").CombinedOutput(); err != nil {
			t.Fatalf("the next run: %v\n%s", err, out)
		}
		if got := dumped(dir); got != want {
			t.Errorf("after a kill:\n%s", firstDifference(got, want))
		}
	}
}
