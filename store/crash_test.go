package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tearsheet/metrics"
	"tearsheet/store"
	"tearsheet/warehouse/warehousetest"
)

// workerPlace names the store on which this test program works as another process.
const workerPlace = "TEARSHEET_STORE_TEST_WORKER"

const bigFile = 1 << 18

// work issues editions, each with a big file of its own number, until it is killed or
// has issued as many as it was told.
func work(place string) int {
	s, err := store.Open(context.Background(), place)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	defer s.Close()
	most := 1 << 30
	fmt.Sscan(os.Getenv(workerPlace+"_MOST"), &most)
	for i := range most {
		_, err := s.Add(context.Background(), fmt.Sprintf("%d of process %d", i, os.Getpid()), func(number int) (store.Issue, error) {
			made := issue(number)
			made.Files = map[string][]byte{"big": bytes.Repeat([]byte{byte(number)}, bigFile), "small": fmt.Append(nil, number)}
			return made, nil
		})
		if err != nil {
			fmt.Println(err)
			return 1
		}
	}
	return 0
}

func startWorker(t *testing.T, place string, most int) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), workerPlace+"="+place, fmt.Sprintf("%s_MOST=%d", workerPlace, most))
	said := new(bytes.Buffer)
	c.Stdout, c.Stderr = said, said
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	return c, said
}

// expectWhole wants editions 1 to n without gaps, each as it was issued.
func expectWhole(t *testing.T, place string) int {
	t.Helper()
	s := open(t, place)
	list, err := s.Editions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range list {
		if e.Number != i+1 {
			t.Fatalf("edition %d stands in place %d", e.Number, i+1)
		}
		got, err := s.Edition(t.Context(), e.Number)
		if err != nil {
			t.Fatal(err)
		}
		big, small := got.Files["big"], string(got.Files["small"])
		if len(big) != bigFile || big[0] != byte(e.Number) || big[bigFile-1] != byte(e.Number) || small != fmt.Sprint(e.Number) ||
			string(got.Document) != string(issue(e.Number).Document) {
			t.Fatalf("edition %d is not whole: %d bytes, %q", e.Number, len(big), small)
		}
	}
	return len(list)
}

func TestKillWhileIssuingLeavesTheOldOrTheNewEdition(t *testing.T) {
	both(t, func(t *testing.T, place string) {
		open(t, place) // so that the processes do not spend their time on making it
		before := 0
		for round := range 4 {
			worker, said := startWorker(t, place, 1<<30)
			time.Sleep(time.Duration(60+45*round) * time.Millisecond)
			if err := worker.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			worker.Wait()
			if said.Len() > 0 {
				t.Fatal(said)
			}
			after := expectWhole(t, place)
			if after < before {
				t.Fatalf("%d editions became %d", before, after)
			}
			before = after
		}
		if before == 0 {
			t.Error("no process lived long enough to issue anything")
		}
	})
}

func TestProcessesThatIssueAtOnceLeaveNoGaps(t *testing.T) {
	both(t, func(t *testing.T, place string) {
		const each = 5
		var workers []*exec.Cmd
		var words []*bytes.Buffer
		for range 3 { // the store itself is made by all of them at once
			worker, said := startWorker(t, place, each)
			workers, words = append(workers, worker), append(words, said)
		}
		for i, worker := range workers {
			if err := worker.Wait(); err != nil {
				t.Errorf("%v: %s", err, words[i])
			}
		}
		if n := expectWhole(t, place); n != 3*each {
			t.Errorf("%d editions, want %d", n, 3*each)
		}
	})
}

// The number of an edition is given before it is drawn; a second draft may only begin
// when the first is kept.
func TestDraftsAreMadeOneAfterTheOther(t *testing.T) {
	both(t, func(t *testing.T, place string) {
		first, second := open(t, place), open(t, place)
		began, ended := make(chan int, 1), make(chan error, 1)
		e, err := first.Add(t.Context(), "first", func(number int) (store.Issue, error) {
			go func() {
				_, err := second.Add(context.Background(), "second", func(number int) (store.Issue, error) {
					began <- number
					return issue(number), nil
				})
				ended <- err
			}()
			select {
			case <-began:
				t.Error("two drafts are made at once")
			case <-time.After(100 * time.Millisecond): // nothing shows that something never begins
			}
			return issue(number), nil
		})
		if err != nil || e.Number != 1 {
			t.Errorf("%+v (%v)", e, err)
		}
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		if number := <-began; number != 2 {
			t.Errorf("the second edition is drawn as %d", number)
		}
	})
}

func TestAStoreOfALaterVersionIsRefusedAndLeftAlone(t *testing.T) {
	both(t, func(t *testing.T, place string) {
		s := open(t, place)
		keep(t, s, map[string]days{"likes": {newYear(): {Value: metrics.Int(1)}}})
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		setVersion(t, place, 2)
		if _, err := store.Open(t.Context(), place); err == nil || !strings.Contains(err.Error(), "later Tearsheet (schema 2; this one knows 1)") {
			t.Errorf("the error is %v", err)
		}
		setVersion(t, place, 1)
		expectStored(t, open(t, place), "likes", newYear(), newYear()+1, days{newYear(): {Value: metrics.Int(1)}})
	})
}

func setVersion(t *testing.T, place string, version int) {
	t.Helper()
	driver := "pgx"
	if !strings.Contains(place, "://") {
		driver, place = "sqlite", "file:"+strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23", " ", "%20").Replace(place)
	}
	db, err := sql.Open(driver, place)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(fmt.Sprintf("update tearsheet_schema set version = %d", version)); err != nil {
		t.Fatal(err)
	}
}

func TestAFileThatIsNoStoreIsLeftAlone(t *testing.T) {
	place := filepath.Join(t.TempDir(), "plan.csv")
	text := strings.Repeat("metric,period,value\n", 100)
	if err := os.WriteFile(place, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(t.Context(), place); err == nil || !strings.Contains(err.Error(), place) {
		t.Errorf("the error is %v", err)
	}
	if got, err := os.ReadFile(place); err != nil || string(got) != text {
		t.Errorf("the file was changed (%v)", err)
	}
}

func TestAPlaceThatCannotBeAStoreIsNamed(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, place := range []string{dir, filepath.Join(file, "store.sqlite"), filepath.Join(file, "%zz", "store.sqlite")} {
		_, err := store.Open(t.Context(), place)
		if err == nil || !strings.HasPrefix(err.Error(), "store "+place+": ") || strings.Contains(err.Error(), "URL") {
			t.Errorf("%s: the error is %v", place, err)
		}
	}
}

// K01: whatever goes wrong, the password is not in the error.
func TestK01PasswordsAreInNoError(t *testing.T) {
	const canary = "canary-secret"
	live := warehousetest.Postgres(t)
	host := live[strings.Index(live, "@")+1:]
	for _, place := range []string{
		"postgres://user:" + canary + "@127.0.0.1:1/db",
		"postgres://user:" + canary + "@no-such-host.invalid/db?connect_timeout=2",
		"postgres://user:" + canary + "@127.0.0.1:1/db?sslmode=nonsense",
		"postgres://user:" + canary + "%zz@127.0.0.1/db",
		"postgres://user:" + canary + "@127.0.0.1:port/db",
		"postgresql://user@127.0.0.1:1/db?password=" + canary,
		"postgresql://user@127.0.0.1:1/db?sslpassword=" + canary + "&sslmode=nonsense",
		"postgres://user:p%40" + canary + "@127.0.0.1:1/db?sslmode=nonsense",
		"postgres://no_such_role:" + canary + "@" + host,
	} {
		s, err := store.Open(t.Context(), place)
		if err == nil {
			s.Close()
			t.Errorf("%s opens", place)
			continue
		}
		for _, text := range []string{err.Error(), fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", err), store.Redact(place)} {
			if strings.Contains(text, canary) {
				t.Errorf("the password of %s is in %s", place, text)
			}
		}
		if !strings.HasPrefix(err.Error(), "store ") {
			t.Errorf("the error does not name the store: %v", err)
		}
	}
}

func TestRedactNamesThePlace(t *testing.T) {
	for place, want := range map[string]string{
		".tearsheet/store.sqlite":                             ".tearsheet/store.sqlite",
		"postgres://user:secret@host:5432/db?sslmode=require": "postgres://user@host:5432/db",
		"postgres://host/db":                                  "postgres://host/db",
		"postgres://user:se%zzcret@host/db":                   "(a URL that cannot be read)",
	} {
		if got := store.Redact(place); got != want {
			t.Errorf("%s is named %s, want %s", place, got, want)
		}
	}
}
