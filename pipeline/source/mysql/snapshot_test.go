package mysql_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"database/sql"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/Shopify/toxiproxy/v2/stream"
	"github.com/Shopify/toxiproxy/v2/toxics"

	"tearsheet/internal/testenv"
	"tearsheet/internal/testenv/mariadb"
	"tearsheet/pipeline/source/mysql"
)

// other is a second session.
func (s *shop) other(t testing.TB) *sql.DB {
	t.Helper()
	db, err := sql.Open("mysql", s.server.DSN(s.name))
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { db.Close() })
	return db
}

func TestB10_DeletedAndChangedRowsAreFound(t *testing.T) {
	s := newShop(t, "UTC")
	s.exec(t, makePurchases, "insert into purchases select seq, seq, 5, timestamp'2026-10-01 12:00:00' + interval (seq - 1) day from seq_1_to_40")
	s.load(t, s.source(purchases(t)))
	s.exec(t, "delete from purchases where id = 3", "update purchases set amount = 6 where id = 5", "update purchases set purchased_at = '2026-10-10 12:00:00' where id = 20")
	report := s.load(t, s.source(purchases(t)))
	var changed []string
	for _, day := range report.Tables[0].Changed {
		changed = append(changed, day.String())
	}
	if got, want := strings.Join(changed, " "), "2026-10-03 2026-10-05 2026-10-10 2026-10-20"; got != want {
		t.Errorf("changed %s, want %s", got, want)
	}
	s.want(t, "select count(*), cast(sum(amount) as varchar) from production.purchases", "39|196.00")
	s.want(t, "select count(*) from etl.partition where rows_loaded = 0 and part in ('2026-10-03', '2026-10-20')", "2")
	// The first days are emptied too, and stay days with no rows.
	s.exec(t, "delete from purchases where id = 1")
	if report := s.load(t, s.source(purchases(t))); len(report.Tables[0].Changed) != 1 || report.Tables[0].From != day(t, "2026-10-01") {
		t.Errorf("after the first row is gone: %+v", report.Tables[0])
	}
}

func TestB10_DeletedAndChangedRowsOfAWholeTableAreFound(t *testing.T) {
	s := newShop(t, "UTC")
	s.exec(t, makeUsers, "insert into users select seq, 'x' from seq_1_to_100")
	s.load(t, s.source(users(t)))
	s.exec(t, "delete from users where id = 3", "update users set name = 'y' where id = 5")
	if report := s.load(t, s.source(users(t))); len(report.Tables[0].Changed) != 1 {
		t.Errorf("changed %v", report.Tables[0].Changed)
	}
	s.want(t, "select count(*), count(*) filter (name = 'y') from production.users", "99|1")
}

func TestRowFromBeforeTheFirstByTheKeyIsFound(t *testing.T) {
	s := newShop(t, "UTC")
	s.exec(t, makePurchases, "insert into purchases values (1, 1, 1, '2026-11-10 00:00:00'), (2, 1, 1, '2026-11-05 00:00:00'), (3, 1, 1, '2026-11-08 00:00:00')")
	for range 2 {
		report := s.load(t, s.source(purchases(t)))
		if p := report.Tables[0]; p.From != day(t, "2026-11-05") || p.Read != 3 || p.Loaded != 3 {
			t.Errorf("report %+v", p)
		}
		s.want(t, "select count(*) from etl.partition", "12")
	}
	s.exec(t, "insert into purchases values (4, 1, 1, '2026-11-01 00:00:00')")
	s.load(t, s.source(purchases(t)))
	s.want(t, "select count(*) from etl.partition", "16")
	s.want(t, "select count(*) from production.purchases", "4")
}

func TestB11_TableThatWasReadMayBeAltered(t *testing.T) {
	s := newShop(t, "UTC")
	s.exec(t, makeUsers, "insert into users values (1, 'Ann')", makePurchases, "insert into purchases values (1, 1, 1, '2026-11-10 00:00:00')")
	other := s.other(t)
	if _, err := other.Exec("set lock_wait_timeout = 1"); err != nil {
		t.Fatal(err)
	}
	altered := 0
	s.options.Progress = func(p mysql.Progress) {
		if p.Table != "production.purchases" || p.Rows == 0 {
			return
		}
		// The negative control: the table that is read is locked.
		if _, err := other.Exec("alter table purchases add column c int"); err == nil || !strings.Contains(err.Error(), "1205") {
			t.Errorf("the table that is read is altered: %v", err)
		}
		if _, err := other.Exec("alter table users add column c int"); err != nil {
			t.Errorf("the table that was read is locked: %v", err)
		}
		altered++
	}
	s.load(t, s.source(users(t), purchases(t)))
	if altered != 1 {
		t.Errorf("%d times altered", altered)
	}
}

func TestB11_AlterWaitsNoLongerThanTheTimeLimit(t *testing.T) {
	s := newShop(t, "UTC")
	loadedOnce(t, s, 200_000)
	poison(t, s.proxy(t), `{"type": "bandwidth", "stream": "downstream", "attributes": {"rate": 400}}`)
	other := s.other(t)
	done := make(chan error, 1)
	began := false
	s.options.Progress = func(p mysql.Progress) {
		if p.Rows == 0 || began {
			return
		}
		began = true
		go func() {
			_, err := other.Exec("alter table users add column c int")
			done <- err
		}()
	}
	source := s.source(users(t))
	source.TimeLimit = 3 * time.Second // of the 45 that it would take
	_, err := s.tryLoad(t, source)
	sourceError(t, err, true)
	if !began {
		t.Fatal("nothing was altered")
	}
	if err := <-done; err != nil {
		t.Errorf("the alteration failed: %v", err)
	}
	s.kept(t)
}

func TestB11_TableThatIsBeingAlteredHindersNoOther(t *testing.T) {
	s := newShop(t, "UTC")
	s.exec(t, makeUsers, "insert into users values (1, 'Ann')", makePurchases)
	other := s.other(t)
	if _, err := other.Exec("lock tables users write"); err != nil {
		t.Fatal(err)
	}
	source := s.source(users(t), purchases(t))
	source.LockWait = time.Second
	report, err := s.tryLoad(t, source)
	if err != nil {
		t.Fatal(err)
	}
	sourceError(t, report.Tables[0].Err, true)
	wantText(t, report.Tables[0].Err, "Lock wait timeout exceeded")
	if report.Tables[1].Err != nil {
		t.Error(report.Tables[1].Err)
	}
}

func TestB12_ReplicaThatLagsIsStale(t *testing.T) {
	primary, replica := testenv.OwnMariaDB(t), testenv.OwnMariaDB(t, "--server-id=2")
	s := newShopOn(t, primary, "UTC")
	loadedOnce(t, s, 10)
	r := *s
	r.server, r.dsn = replica, replica.DSN(s.name)
	db, err := sql.Open("mysql", replica.DSN(""))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	run := func(statements ...string) {
		t.Helper()
		for _, statement := range statements {
			if _, err := db.Exec(statement); err != nil {
				t.Fatalf("%s: %v", statement, err)
			}
		}
	}
	run(fmt.Sprintf("change master to master_host='127.0.0.1', master_port=%s, master_user='%s', master_password='%s', master_use_gtid=slave_pos", primary.Port, mariadb.User, mariadb.Password),
		"start slave")
	position := func() (text string) {
		if err := s.db.QueryRow("select @@gtid_binlog_pos").Scan(&text); err != nil {
			t.Fatal(err)
		}
		return text
	}
	run("do master_gtid_wait('" + position() + "', 60)")
	report := r.load(t, r.source(users(t)))
	wantNotes(t, report, "note: it is read from another server than before (server id 2, before 1)")
	s.want(t, "select count(*) from production.users", "10")

	// A transaction is stuck: its table is locked at the replica.
	run(fmt.Sprintf("lock tables `%s`.users write", s.name))
	s.exec(t, "insert into users values (11, 'Late')")
	source := r.source()
	source.MaxLag = time.Second
	for deadline := time.Now().Add(time.Minute); err == nil && time.Now().Before(deadline); {
		report, err = r.tryLoad(t, source)
	}
	sourceError(t, err, true)
	wantText(t, err, "stale: the server is a replica that lies 2s behind, more than 1s")
	if report.Lag != 2*time.Second {
		t.Errorf("lag %v", report.Lag)
	}
	s.want(t, "select count(*) from production.users", "10")
	if _, err := r.tryLoad(t, r.source()); err != nil {
		t.Errorf("the ten minutes that it may lie behind: %v", err)
	}
	run("unlock tables", "do master_gtid_wait('"+position()+"', 60)", "stop slave sql_thread")
	_, err = r.tryLoad(t, r.source(users(t)))
	sourceError(t, err, true)
	wantText(t, err, "stale: the server is a replica whose replication has stopped")
	run("start slave sql_thread")
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); {
		if _, err = r.tryLoad(t, r.source(users(t))); err == nil {
			break
		}
	}
	if err != nil {
		t.Error(err)
	}
	s.want(t, "select count(*) from production.users", "11")
}

// A replica of two sources is as good as the worse of them.
func TestB12_ReplicaIsJudgedByTheWorstOfItsChannels(t *testing.T) {
	primary, replica := testenv.OwnMariaDB(t), testenv.OwnMariaDB(t, "--server-id=2")
	s := newShopOn(t, primary, "UTC")
	loadedOnce(t, s, 10)
	db, err := sql.Open("mysql", replica.DSN(""))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	run := func(statements ...string) {
		t.Helper()
		for _, statement := range statements {
			if _, err := db.Exec(statement); err != nil {
				t.Fatalf("%s: %v", statement, err)
			}
		}
	}
	channel := func(name, port string) string {
		return fmt.Sprintf("change master '%s' to master_host='127.0.0.1', master_port=%s, master_user='%s', master_password='%s', master_use_gtid=slave_pos",
			name, port, mariadb.User, mariadb.Password)
	}
	var position string
	if err := s.db.QueryRow("select @@gtid_binlog_pos").Scan(&position); err != nil {
		t.Fatal(err)
	}
	run(channel("crm", primary.Port), "start slave 'crm'", "do master_gtid_wait('"+position+"', 60)")
	s.dsn = replica.DSN(s.name)
	s.load(t, s.source(users(t)))
	run(channel("shop", "1")) // and nobody has started it
	_, err = s.tryLoad(t, s.source(users(t)))
	sourceError(t, err, true)
	wantText(t, err, "stale: the server is a replica by channel shop whose replication has stopped")
}

func TestDaysBeforeSinceAreLeftOutAndForgotten(t *testing.T) {
	s := newShop(t, "UTC")
	s.exec(t, "create table visits (id int primary key, day date)", "insert into visits values (1, '2026-11-10'), (2, '2026-11-12'), (3, '2026-11-17'), (4, '2026-11-15')")
	table := mysql.Table{Table: "visits", Day: "day", Columns: columns(t, "id bigint, day date")}
	if p := s.load(t, s.source(table)).Tables[0]; p.Loaded != 3 || p.Filtered != 1 || p.From != day(t, "2026-11-10") {
		t.Errorf("report %+v", p)
	}
	s.want(t, "select cast(day as varchar), id from visits", "2026-11-10|1", "2026-11-12|2", "2026-11-15|4")
	since := day(t, "2026-11-12")
	table.Since = &since
	if p := s.load(t, s.source(table)).Tables[0]; p.Loaded != 2 || p.Filtered != 2 || len(p.Forgotten) != 2 {
		t.Errorf("report %+v", p)
	}
	s.want(t, "select id from visits", "2", "4")
	s.want(t, "select cast(min(part) as varchar), count(*) from etl.partition", "2026-11-12|5")
	// The days from Since on are there although nothing happened on them.
	since = day(t, "2026-11-01")
	s.load(t, s.source(table))
	s.want(t, "select cast(min(part) as varchar), count(*) from etl.partition", "2026-11-01|16")
}

// zoneKeeper is a proxy that keeps the setting of the time zone to itself.
type zoneKeeper struct{}

func (zoneKeeper) Pipe(stub *toxics.ToxicStub) {
	for {
		select {
		case <-stub.Interrupt:
			return
		case chunk := <-stub.Input:
			if chunk == nil {
				stub.Close()
				return
			}
			data := bytes.ReplaceAll(chunk.Data, []byte("set time_zone = '+00:00'"), []byte("set time_zone = '-05:00'"))
			stub.Output <- &stream.StreamChunk{Data: data, Timestamp: chunk.Timestamp}
		}
	}
}

func TestB15_TimeZoneIsSetAndVerified(t *testing.T) {
	s := newShopOn(t, testenv.OwnMariaDB(t, "--default-time-zone=-05:00"), "UTC")
	s.exec(t, "create table purchases (id int primary key, user_id int, amount decimal(12,2), purchased_at timestamp(6))",
		"set time_zone = '+00:00'", "insert into purchases values (1, 1, 1, '2026-11-15 23:30:00'), (2, 1, 1, '2026-03-08 07:00:00')")
	s.load(t, s.source(purchases(t)))
	s.want(t, "select cast(day as varchar), purchased_at from production.purchases", "2026-03-08|2026-03-08 07:00:00", "2026-11-15|2026-11-15 23:30:00")

	toxics.Register("zone_keeper", new(zoneKeeper))
	poison(t, s.proxy(t), `{"type": "zone_keeper", "stream": "upstream"}`)
	_, err := s.tryLoad(t, s.source(purchases(t)))
	sourceError(t, err, false)
	wantText(t, err, "the session's time zone is -05:00 although it was set to +00:00")
}

func TestB17_TablesOfASourceFitEachOther(t *testing.T) {
	s := newShop(t, "UTC")
	s.exec(t, makePurchases, makeUsers, "insert into users select seq, 'x' from seq_1_to_20000", "insert into purchases select seq, seq, 1, '2026-11-10 00:00:00' from seq_1_to_20000")
	// Another session adds a user with his purchase, and takes one away, whenever we read.
	other := s.other(t)
	next, inserted := 20001, 0
	s.options.Progress = func(mysql.Progress) {
		tx, err := other.BeginTx(context.Background(), nil)
		if err != nil {
			t.Error(err)
			return
		}
		for _, statement := range []string{
			fmt.Sprintf("insert into users values (%d, 'new')", next), fmt.Sprintf("insert into purchases values (%[1]d, %[1]d, 1, '2026-11-10 00:00:00')", next),
			fmt.Sprintf("delete from users where id = %d", next-20000), fmt.Sprintf("delete from purchases where id = %d", next-20000),
		} {
			if _, err := tx.Exec(statement); err != nil {
				t.Error(err)
			}
		}
		if err := tx.Commit(); err != nil {
			t.Error(err)
		}
		next, inserted = next+1, inserted+1
	}
	s.load(t, s.source(users(t), purchases(t)))
	if inserted < 6 {
		t.Errorf("only %d were inserted", inserted)
	}
	s.want(t, "select count(*), min(id), max(id) from production.users", "20000|1|20000")
	s.want(t, "select count(*), min(user_id), max(user_id) from production.purchases", "20000|1|20000")
	s.options.Progress = nil
	s.load(t, s.source(users(t), purchases(t)))
	s.want(t, "select count(*), min(id), max(id) from production.users", fmt.Sprintf("20000|%d|%d", inserted+1, 20000+inserted))
}

func TestB05_CertificateThatNobodyKnowsIsRefused(t *testing.T) {
	folder, err := os.MkdirTemp("", "tearsheet-certificate-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	if err := os.Chmod(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{"certificate": {Type: "CERTIFICATE", Bytes: certificate}, "key": {Type: "EC PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(filepath.Join(folder, name), pem.EncodeToMemory(block), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s := newShopOn(t, testenv.OwnMariaDB(t, "--ssl-cert="+filepath.Join(folder, "certificate"), "--ssl-key="+filepath.Join(folder, "key")), "UTC")
	s.exec(t, makeUsers, "insert into users values (1, 'Ann')")
	plain := s.dsn
	s.dsn = plain + "?tls=true"
	_, err = s.tryLoad(t, s.source(users(t)))
	sourceError(t, err, false)
	wantText(t, err, "x509: ")
	s.dsn = plain + "?tls=skip-verify"
	s.load(t, s.source(users(t)))
	s.exec(t, "set global require_secure_transport = on")
	s.dsn = plain
	_, err = s.tryLoad(t, s.source(users(t)))
	sourceError(t, err, false) // MariaDB says "Access denied", MySQL why
}
