package pg_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"tearsheet/calendar"
	"tearsheet/warehouse"
	"tearsheet/warehouse/pg"
	"tearsheet/warehouse/warehousetest"
)

var (
	likes = warehouse.Table{Name: "likes", Columns: []warehouse.Column{{Name: "user_id", Type: warehouse.Type{Kind: warehouse.Bigint}}}}
	today = calendar.DayOn(2026, time.November, 16)
)

// load returns a load of one day that counts how often its rows are asked for.
func load(rows int, asked *atomic.Int32) warehouse.Change {
	return warehouse.Change{Table: likes, Parts: []warehouse.Part{{Day: today, InputHash: "input"}}, RunID: "run", At: time.Unix(1_800_000_000, 0),
		Rows: func(yield func(warehouse.Row, error) bool) {
			asked.Add(1)
			for n := range rows {
				if !yield(warehouse.Row{Day: today, Values: []any{int64(n)}}, nil) {
					return
				}
			}
		}}
}

// do runs statements of the test's own; also when the test has ended.
func do(t *testing.T, url string, statements ...string) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	for _, statement := range statements {
		if _, err := conn.Exec(ctx, statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

func count(t *testing.T, w warehouse.Querier, query string) (n int) {
	t.Helper()
	rows, err := w.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(&n); err != nil {
			t.Fatal(err)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return n
}

// wire passes bytes between clients and a server, and cuts the connection on which
// it sees a commit: before the server gets it, or when its answer comes.
type wire struct {
	listener net.Listener
	server   string
	cuts     atomic.Int32 // still to be made
	before   bool
}

func startWire(t *testing.T, target string, before bool) (*wire, string) {
	t.Helper()
	parsed, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{listener: listener, server: parsed.Host, before: before}
	var connections sync.WaitGroup
	connections.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			connections.Go(func() { w.pass(client) })
		}
	})
	t.Cleanup(func() { listener.Close(); connections.Wait() })
	parsed.Host = listener.Addr().String()
	return w, parsed.String()
}

func (w *wire) pass(client net.Conn) {
	server, err := net.Dial("tcp", w.server)
	if err != nil {
		client.Close()
		return
	}
	var cutting atomic.Bool
	var both sync.WaitGroup
	both.Go(func() {
		defer server.Close()
		buffer := make([]byte, 1<<16)
		for {
			n, err := client.Read(buffer)
			if bytes.Contains(buffer[:n], []byte("commit\x00")) && w.cuts.Add(-1) >= 0 {
				if w.before {
					client.Close()
					return
				}
				cutting.Store(true)
			}
			if _, werr := server.Write(buffer[:n]); err != nil || werr != nil {
				return
			}
		}
	})
	both.Go(func() {
		defer client.Close()
		buffer := make([]byte, 1<<16)
		for {
			n, err := server.Read(buffer)
			if cutting.Load() || err == io.EOF && n == 0 {
				return // the server has answered; the client does not learn of it
			}
			if _, werr := client.Write(buffer[:n]); err != nil || werr != nil {
				return
			}
		}
	})
	both.Wait()
}

func TestC03LostCommitReplyIsAnsweredByTheLedger(t *testing.T) {
	for _, tt := range []struct {
		name   string
		before bool
		asked  int32
	}{
		{"committed", false, 1}, // nothing is sent again
		{"not committed", true, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w, through := startWire(t, warehousetest.Postgres(t), tt.before)
			db := open(t, through)
			if err := db.Ensure(t.Context(), likes); err != nil {
				t.Fatal(err)
			}
			w.cuts.Store(1)
			var asked atomic.Int32
			change := load(5000, &asked)
			change.Files = []warehouse.File{{Path: "of no hour.csv", From: today, To: today + 1}}
			if err := db.Replace(t.Context(), change); err != nil {
				t.Fatal(err)
			}
			if w.cuts.Load() >= 1 {
				t.Fatal("no commit was cut: the test proves nothing")
			}
			if asked.Load() != tt.asked {
				t.Errorf("the rows were sent %d times, want %d", asked.Load(), tt.asked)
			}
			if n := count(t, db, "select count(*) from likes"); n != 5000 {
				t.Errorf("%d rows, want 5000", n)
			}
			if n := count(t, db, "select count(*) from etl.partition"); n != 1 {
				t.Errorf("%d ledger rows, want 1", n)
			}
		})
	}
}

// failing makes the server abort the first inserts into a table with a code.
func failing(t *testing.T, url, table, code string, times int) {
	do(t, url, "create sequence tries", fmt.Sprintf(`create function fail() returns trigger language plpgsql as $$
		begin if nextval('tries') <= %d then raise exception 'made up' using errcode = '%s'; end if; return new; end $$`, times, code),
		"create trigger fail before insert on "+table+" for each row execute function fail()")
}

func TestC12AbortedLoadIsTriedThreeTimesMore(t *testing.T) {
	for _, code := range []string{"40001", "40P01"} {
		for times, good := range map[int]bool{3: true, 4: false} {
			url := warehousetest.Postgres(t)
			db := open(t, url)
			if err := db.Ensure(t.Context(), likes); err != nil {
				t.Fatal(err)
			}
			failing(t, url, "etl.partition", code, times)
			var asked atomic.Int32
			err := db.Replace(t.Context(), load(10, &asked))
			if (err == nil) != good || asked.Load() != 4 {
				t.Errorf("%s, %d times: %v after %d attempts", code, times, err, asked.Load())
			}
			want := map[bool]int{true: 10, false: 0}[good]
			if n := count(t, db, "select count(*) from likes"); n != want {
				t.Errorf("%s, %d times: %d rows, want %d", code, times, n, want)
			}
		}
	}
}

func TestC12OtherErrorsAreNotTriedAgain(t *testing.T) {
	url := warehousetest.Postgres(t)
	db := open(t, url)
	if err := db.Ensure(t.Context(), likes); err != nil {
		t.Fatal(err)
	}
	failing(t, url, "etl.partition", "23514", 1)
	var asked atomic.Int32
	if err := db.Replace(t.Context(), load(10, &asked)); err == nil || asked.Load() != 1 || !strings.Contains(err.Error(), "load of likes: ") {
		t.Errorf("%v after %d attempts", err, asked.Load())
	}
}

func TestC12FullServerIsTriedAgain(t *testing.T) {
	url := warehousetest.Postgres(t)
	do(t, url, "create role narrow login superuser connection limit 2")
	// Superusers pass the limit, so take that right away once the tables are there.
	narrow := strings.Replace(url, "tearsheet@", "narrow@", 1)
	if narrow == url {
		t.Skip("the server's superuser is not the private one's")
	}
	db := open(t, narrow)
	if err := db.Ensure(t.Context(), likes); err != nil {
		t.Fatal(err)
	}
	do(t, url, "alter role narrow nosuperuser")
	t.Cleanup(func() { do(t, url, "drop owned by narrow cascade", "drop role narrow") })
	rows, err := db.QueryContext(t.Context(), "select 1") // holds one connection
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	other, err := pgx.Connect(t.Context(), narrow) // and this the other
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pg.OpenReadOnly(t.Context(), narrow, warehouse.Limits{}); err == nil || !strings.Contains(err.Error(), "too many connections") {
		t.Fatalf("the server has room: %v", err)
	}
	time.AfterFunc(120*time.Millisecond, func() { other.Close(context.WithoutCancel(t.Context())) })
	var asked atomic.Int32
	if err := db.Replace(t.Context(), load(10, &asked)); err != nil {
		t.Error(err)
	}
}

func TestC12TimeoutNamesTheStatement(t *testing.T) {
	r := reader(t, warehousetest.Postgres(t), warehouse.Limits{Timeout: 100 * time.Millisecond})
	for _, query := range []string{
		"select pg_sleep(30)",
		"select n, pg_sleep(0.01) from generate_series(1, 3000) n", // some rows come before the end
	} {
		rows, err := r.QueryContext(t.Context(), query)
		if err == nil {
			for rows.Next() {
			}
			err = rows.Err()
			rows.Close()
		}
		var late *warehouse.TimeoutError
		if !errors.As(err, &late) || err.Error() != "statement took longer than 100ms: "+query {
			t.Errorf("error is %v", err)
		}
	}
	if n := count(t, r, "select 1"); n != 1 {
		t.Error("the reader is of no use afterwards")
	}
}

func TestPasswordIsInNoError(t *testing.T) {
	const canary = "canary-s3cr3t"
	for name, url := range map[string]string{
		"closed port":  "postgres://me:" + canary + "@127.0.0.1:1/db",
		"no such host": "postgres://me:" + canary + "@nowhere.invalid/db",
		"bad port":     "postgres://me:" + canary + "@host:port/db",
		"bad escape":   "postgres://me:" + canary + "%zz@host/db",
		"bad option":   "postgres://me:" + canary + "@host/db?sslmode=sometimes",
		"other scheme": "mysql://me:" + canary + "@host/db",
		"redshift":     "redshift://me:" + canary + "@127.0.0.1:1/db",
		"in options":   "postgres://127.0.0.1:1/db?user=me&password=" + canary,
	} {
		_, writing := pg.Open(t.Context(), url, warehouse.Limits{})
		_, reading := pg.OpenReadOnly(t.Context(), url, warehouse.Limits{})
		for _, err := range []error{writing, reading} {
			if err == nil || strings.Contains(fmt.Sprintf("%+v", err), canary) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func TestServerThatIsAwayIsAStorageError(t *testing.T) {
	_, err := pg.Open(t.Context(), "postgres://me@127.0.0.1:1/db", warehouse.Limits{})
	var storage *warehouse.StorageError
	if !errors.As(err, &storage) || storage.Place != "127.0.0.1:1/db" {
		t.Errorf("error is %v", err)
	}
}

// A server that takes a connection and says nothing is away as well, unless it is the
// caller who had no more time.
func TestServerThatDoesNotAnswerIsAway(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") // whose connections nobody reads
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	address := "postgres://me@" + listener.Addr().String() + "/db?sslmode=disable"
	_, writing := pg.Open(t.Context(), address+"&connect_timeout=1", warehouse.Limits{})
	_, reading := pg.OpenReadOnly(t.Context(), address+"&connect_timeout=1", warehouse.Limits{})
	for _, err := range []error{writing, reading} {
		var storage *warehouse.StorageError
		if !errors.As(err, &storage) || !storage.Down || errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error is %v", err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := pg.Open(ctx, address, warehouse.Limits{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error is %v", err)
	}
}
