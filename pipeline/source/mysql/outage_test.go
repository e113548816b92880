package mysql_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/Shopify/toxiproxy/v2/toxics"
	"github.com/rs/zerolog"

	"tearsheet/internal/testenv"
	"tearsheet/internal/testenv/mariadb"
	"tearsheet/pipeline/source/mysql"
	"tearsheet/warehouse"
	"tearsheet/warehouse/duck"
)

// loadedOnce makes a shop whose table users was loaded with two rows once and has n rows
// now.
func loadedOnce(t *testing.T, s *shop, n int) {
	t.Helper()
	s.exec(t, makeUsers, "insert into users values (1, 'Ann'), (2, 'Bob')")
	s.load(t, s.source(users(t)))
	s.exec(t, fmt.Sprintf("insert into users select seq, repeat('x', 80) from seq_3_to_%d", n))
}

// kept wants the rows of loadedOnce.
func (s *shop) kept(t *testing.T) {
	t.Helper()
	s.want(t, "select count(*), min(name) from production.users", "2|Ann")
	s.want(t, "select asset, rows_loaded from etl.partition", "production.users|2")
}

// proxy puts toxiproxy between us and the server.
func (s *shop) proxy(t *testing.T) *toxiproxy.Proxy {
	t.Helper()
	p := toxiproxy.NewProxy(toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop()), t.Name(), "127.0.0.1:0", "127.0.0.1:"+s.server.Port)
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Stop)
	s.dsn = strings.Replace(s.dsn, "127.0.0.1:"+s.server.Port, p.Listen, 1)
	return p
}

func poison(t *testing.T, p *toxiproxy.Proxy, toxic string) {
	t.Helper()
	if _, err := p.Toxics.AddToxicJson(strings.NewReader(toxic)); err != nil {
		t.Fatal(err)
	}
}

func TestB01_ServerThatIsDownIsTemporaryAndKeepsWhatIsLoaded(t *testing.T) {
	s := newShopOn(t, testenv.OwnMariaDB(t), "UTC")
	loadedOnce(t, s, 10)
	if err := s.server.Down(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err := s.tryLoad(t, s.source(users(t)))
	sourceError(t, err, true)
	wantText(t, err, mariadb.User+"@127.0.0.1:"+s.server.Port, "connection refused")
	s.kept(t)
	if err := s.server.Up(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.load(t, s.source(users(t)))
	s.want(t, "select count(*) from production.users", "10")
}

func TestB01_ServerThatRestartsWhileItIsReadIsReadAgain(t *testing.T) {
	s := newShopOn(t, testenv.OwnMariaDB(t), "UTC")
	loadedOnce(t, s, 100_000)
	var once sync.Once
	s.options.Progress = func(p mysql.Progress) {
		if p.Rows == 0 {
			return
		}
		once.Do(func() {
			if err := s.server.Down(context.Background()); err != nil {
				t.Error(err)
			}
			if err := s.server.Up(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	report := s.load(t, s.source(users(t)))
	if report.Tables[0].Read != 100_000 {
		t.Errorf("read %d rows", report.Tables[0].Read)
	}
	s.want(t, "select count(*) from production.users", "100000")
}

func TestB02_ConnectionThatIsCutLeavesTheOldSnapshot(t *testing.T) {
	s := newShop(t, "UTC")
	loadedOnce(t, s, 200_000)
	cuts := []int{1, 100, 5_000, 30_000, 100_000, 1_000_000, 10_000_000, 17_000_000}
	failed := 0
	for _, bytes := range cuts {
		t.Run(fmt.Sprint(bytes), func(t *testing.T) {
			cut := *s
			poison(t, cut.proxy(t), fmt.Sprintf(`{"type": "limit_data", "stream": "downstream", "attributes": {"bytes": %d}}`, bytes))
			report, err := cut.tryLoad(t, cut.source(users(t)))
			sourceError(t, err, true)
			for _, table := range report.Tables {
				if table.Err == nil {
					t.Errorf("%+v has no error", table)
				}
			}
			s.kept(t)
			failed++
		})
	}
	if failed != len(cuts) {
		t.Errorf("%d of %d connections were cut", failed, len(cuts))
	}
	// The negative control: as many bytes as there are cut nothing.
	poison(t, s.proxy(t), `{"type": "limit_data", "stream": "downstream", "attributes": {"bytes": 100000000}}`)
	s.load(t, s.source(users(t)))
	s.want(t, "select count(*) from production.users", "200000")
}

func TestB02_ConnectionThatIsCutOnceIsMadeAgain(t *testing.T) {
	s := newShop(t, "UTC")
	loadedOnce(t, s, 200_000)
	p := s.proxy(t)
	poison(t, p, `{"name": "cut", "type": "limit_data", "stream": "downstream", "attributes": {"bytes": 5000000}}`)
	var once sync.Once
	s.options.Progress = func(mysql.Progress) {
		once.Do(func() { // once the connection is there, the next one is whole
			go p.Toxics.RemoveToxic(context.Background(), "cut")
		})
	}
	s.load(t, s.source(users(t)))
	s.want(t, "select count(*) from production.users", "200000")
}

func TestB03_NetworkThatStallsIsGivenUp(t *testing.T) {
	s := newShop(t, "UTC")
	loadedOnce(t, s, 200_000)
	p := s.proxy(t)
	toxics.Register("stall_after", new(stallAfter))
	poison(t, p, `{"type": "stall_after", "stream": "downstream", "attributes": {"bytes": 1000000}}`)
	source := s.source(users(t))
	source.DSN += "?readTimeout=300ms"
	_, err := s.tryLoad(t, source)
	sourceError(t, err, true)
	wantText(t, err, "the connection was lost", "i/o timeout")
	s.kept(t)
}

func TestB03_ServerThatSaysNothingAtAllIsGivenUp(t *testing.T) {
	s := newShop(t, "UTC")
	loadedOnce(t, s, 10)
	poison(t, s.proxy(t), `{"type": "timeout", "stream": "downstream", "attributes": {"timeout": 0}}`)
	source := s.source(users(t))
	source.DSN += "?readTimeout=300ms"
	_, err := s.tryLoad(t, source)
	sourceError(t, err, true)
	s.kept(t)
}

func TestB03_SnapshotThatTakesTooLongIsGivenUp(t *testing.T) {
	s := newShop(t, "UTC")
	loadedOnce(t, s, 200_000)
	poison(t, s.proxy(t), `{"type": "bandwidth", "stream": "downstream", "attributes": {"rate": 100}}`)
	source := s.source(users(t))
	source.TimeLimit = time.Second
	_, err := s.tryLoad(t, source)
	sourceError(t, err, true)
	wantText(t, err, "the snapshot took too long: its limit is 1s", "raise time_limit")
	s.kept(t)
}

// stallAfter passes so many bytes on and then none, and keeps the connection.
type stallAfter struct {
	Bytes int `json:"bytes"`
}

func (s *stallAfter) Pipe(stub *toxics.ToxicStub) {
	passed := 0
	for {
		select {
		case <-stub.Interrupt:
			return
		case chunk := <-stub.Input:
			if chunk == nil {
				stub.Close()
				return
			}
			if passed += len(chunk.Data); passed <= s.Bytes {
				stub.Output <- chunk
			}
		}
	}
}

// killer ends something of our connection when the load has its first rows, so many
// times.
func (s *shop) killer(t *testing.T, command string, times int) {
	t.Helper()
	began := false
	s.options.Progress = func(p mysql.Progress) {
		first := !began && p.Rows > 0
		began = p.Rows > 0
		if !first || times == 0 {
			return
		}
		times--
		var id int64
		err := s.db.QueryRow("select id from information_schema.processlist where db = ? and id <> connection_id() and command = 'Query'", s.name).Scan(&id)
		if err != nil {
			t.Errorf("nothing to kill: %v", err)
			return
		}
		if _, err := s.db.Exec(fmt.Sprintf(command, id)); err != nil {
			t.Error(err)
		}
	}
}

func TestB04_WhatAnAdministratorKillsOnceIsReadAgain(t *testing.T) {
	for name, command := range map[string]string{"connection": "kill connection %d", "query": "kill query %d"} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, "UTC")
			loadedOnce(t, s, 200_000)
			s.killer(t, command, 1)
			s.load(t, s.source(users(t)))
			s.want(t, "select count(*) from production.users", "200000")
		})
	}
}

func TestB04_WhatAnAdministratorKillsTwiceIsGivenUp(t *testing.T) {
	for name, tt := range map[string]struct{ command, says string }{
		"connection": {"kill connection %d", "the connection was lost"},
		"query":      {"kill query %d", "Query execution was interrupted"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, "UTC")
			loadedOnce(t, s, 200_000)
			s.killer(t, tt.command, 2)
			_, err := s.tryLoad(t, s.source(users(t)))
			sourceError(t, err, true)
			wantText(t, err, tt.says)
			s.kept(t)
		})
	}
}

func TestB05_WrongPasswordAndUnknownDatabaseStayWrong(t *testing.T) {
	s := newShop(t, "UTC")
	loadedOnce(t, s, 10)
	right := s.dsn
	for name, tt := range map[string]struct{ dsn, says string }{
		"password":       {strings.Replace(right, mariadb.Password, "Canary-wrong-1", 1), "Access denied for user"},
		"user":           {strings.Replace(right, mariadb.User+":", "nobody:", 1), "nobody@127.0.0.1"},
		"database":       {strings.Replace(right, "/"+s.name, "/no_such_database", 1), "Unknown database 'no_such_database'"},
		"tls":            {right + "?tls=true", "TLS"},
		"neither form":   {"mysql:" + mariadb.Password, "user:password@tcp(host:3306)/database"},
		"no database":    {strings.TrimSuffix(right, s.name), "user:password@tcp(host:3306)/database"},
		"bad URL":        {"mysql://a:" + mariadb.Password + "%zz@h/db", "mysql://user:password@host:3306/database"},
		"bad parameter":  {right + "?tls=" + mariadb.Password, "user:password@tcp(host:3306)/database"},
		"open bracket":   {"u:" + mariadb.Password + "@tcp(h/db", "user:password@tcp(host:3306)/database"},
		"other network ": {"u:p@" + mariadb.Password + "/db", "user:password@tcp(host:3306)/database"},
	} {
		t.Run(name, func(t *testing.T) {
			s.dsn = tt.dsn
			_, err := s.tryLoad(t, s.source(users(t)))
			sourceError(t, err, false)
			wantText(t, err, tt.says)
			if err != nil && strings.Contains(err.Error(), "Canary") {
				t.Errorf("the password stands in %v", err)
			}
			s.kept(t)
		})
	}
}

func TestB05_UserWithoutTheRightSeesNoTable(t *testing.T) {
	s := newShop(t, "UTC")
	s.exec(t, makeUsers, "insert into users values (1, 'Ann')", makePurchases,
		"create or replace user reader@'127.0.0.1' identified by 'Canary-2'", fmt.Sprintf("grant select on `%s`.purchases to reader@'127.0.0.1'", s.name))
	s.dsn = strings.Replace(s.dsn, mariadb.User+":"+mariadb.Password, "reader:Canary-2", 1)
	_, err := s.fail(t, users(t))
	wantText(t, err, "table production.users from mysql users", "no such table, or the user may not see it")
	s.load(t, s.source(purchases(t))) // and needs no other right than SELECT
}

func TestBothFormsOfDSNReachTheServer(t *testing.T) {
	s := newShop(t, "UTC")
	s.exec(t, makeUsers)
	escaped := strings.NewReplacer("/", "%2F", "@", "%40", "$", "%24").Replace(mariadb.Password)
	s.dsn = fmt.Sprintf("mysql://%s:%s@127.0.0.1:%s/%s?readTimeout=5s", mariadb.User, escaped, s.server.Port, s.name)
	s.load(t, s.source(users(t)))
}

func TestCancelledLoadIsCancelled(t *testing.T) {
	s := newShop(t, "UTC")
	loadedOnce(t, s, 100_000)
	ctx, cancel := context.WithCancel(t.Context())
	s.options.Progress = func(p mysql.Progress) {
		if p.Rows > 0 {
			cancel()
		}
	}
	_, err := mysql.Load(ctx, s.warehouse, s.calendar, s.source(users(t)), s.options)
	if err == nil || ctx.Err() == nil {
		t.Errorf("error is %v", err)
	}
	var source *mysql.SourceError
	if errors.As(err, &source) {
		t.Errorf("a cancelled load is told as an error of the source: %v", err)
	}
	s.kept(t)
}

// full is a warehouse that takes some batches and then has no more room.
type full struct {
	*duck.DB
	room int
}

var errFull = errors.New("no space left on device")

func (f full) Refresh(_ context.Context, refresh warehouse.Refresh) (warehouse.Refreshed, error) {
	n := 0
	for _, err := range refresh.Batches {
		if err != nil {
			return warehouse.Refreshed{}, err
		}
		if n++; n > f.room {
			return warehouse.Refreshed{}, errFull
		}
	}
	return warehouse.Refreshed{}, nil
}

func TestWarehouseThatStopsEndsTheReading(t *testing.T) {
	s := newShop(t, "UTC")
	loadedOnce(t, s, 100_000)
	for room := range 8 {
		for range 5 {
			_, err := mysql.Load(t.Context(), full{s.warehouse, room}, s.calendar, s.source(users(t)), s.options)
			if !errors.Is(err, errFull) {
				t.Errorf("room for %d batches: error is %v", room, err)
			}
		}
	}
	s.load(t, s.source(users(t)))
}
