package mysql_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"tearsheet/pipeline/source/mysql"
)

// notes returns what a report notes of its only table.
func notes(report mysql.Report) []string {
	var list []string
	for _, note := range report.Tables[0].Notes {
		kind := "note: "
		if note.Warn {
			kind = "warn: "
		}
		list = append(list, kind+note.Text)
	}
	return list
}

func wantNotes(t *testing.T, report mysql.Report, want ...string) {
	t.Helper()
	if got := notes(report); !slices.Equal(got, want) {
		t.Errorf("notes:\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

func setupError(t *testing.T, err error, want ...string) {
	t.Helper()
	var setup *mysql.SetupError
	if !errors.As(err, &setup) {
		t.Fatalf("error is %v (%T)", err, err)
	}
	wantText(t, err, want...)
}

func TestB06_RenamedColumnStopsItsTableBeforeReading(t *testing.T) {
	s := newShop(t, "UTC")
	s.exec(t, makeUsers, makePurchases, "insert into users values (1, 'Ann')", "insert into purchases values (1, 1, 5, '2026-11-16 00:00:00')")
	source := s.source(users(t), purchases(t))
	s.load(t, source)
	s.exec(t, "alter table users change name full_name varchar(100) not null", "insert into users values (2, 'Bob')", "insert into purchases values (2, 1, 5, '2026-11-16 00:00:00')")
	report, err := s.tryLoad(t, source)
	if err != nil {
		t.Fatal(err)
	}
	setupError(t, report.Tables[0].Err, "users.name gone; full_name is new: same type, same position", "write name: {type: text, from: full_name}")
	if report.Tables[0].Read != 0 {
		t.Errorf("%d rows were read", report.Tables[0].Read)
	}
	s.want(t, "select id, name from production.users", "1|Ann")
	// The other table is loaded.
	if report.Tables[1].Err != nil {
		t.Error(report.Tables[1].Err)
	}
	s.want(t, "select count(*) from production.purchases", "2")
	// And what the message says helps.
	mended := users(t)
	mended.Columns[1].From = "full_name"
	s.load(t, s.source(mended))
	s.want(t, "select id, name from production.users", "1|Ann", "2|Bob")
}

func TestB06_DroppedColumnIsNamedWithThoseThatAreThere(t *testing.T) {
	s := newShop(t, "UTC")
	s.exec(t, makePurchases)
	s.load(t, s.source(purchases(t)))
	s.exec(t, "alter table purchases drop amount, drop purchased_at")
	_, err := s.fail(t, purchases(t))
	setupError(t, err, "purchases.amount gone; there are id, user_id", "purchases.purchased_at gone")
	s.exec(t, "drop table purchases")
	_, err = s.fail(t, purchases(t))
	setupError(t, err, "the server has no such table")
}

func TestB06_ColumnThatMovedIsStillFound(t *testing.T) {
	s := newShop(t, "UTC")
	s.exec(t, makeUsers, "insert into users values (1, 'Ann')")
	s.load(t, s.source(users(t)))
	s.exec(t, "alter table users modify name varchar(100) not null first", "insert into users values ('Bob', 2)")
	s.load(t, s.source(users(t)))
	s.want(t, "select id, name from production.users", "1|Ann", "2|Bob")
}

func TestB07_ChangesOfColumnsAreTold(t *testing.T) {
	s := newShop(t, "UTC")
	s.exec(t, "create table users (id int primary key, name enum('new', 'it''s', 'a,b') not null, rest int)", "insert into users values (1, 'new', 0)")
	s.load(t, s.source(users(t)))
	s.exec(t, "alter table users modify id bigint, modify name enum('new', 'it''s', 'a,b', 'paid, or not', 'gone') not null, modify rest bigint", "insert into users values (2, 'gone', 0)")
	wantNotes(t, s.load(t, s.source(users(t))), "warn: id was int(11) not null and is bigint(20) not null", "warn: name may now be paid, or not, gone: do the definitions know?")
	s.want(t, "select id, name from production.users", "1|new", "2|gone")
	wantNotes(t, s.load(t, s.source(users(t)))) // told once
	s.exec(t, "alter table users modify name enum('new', 'it''s', 'a,b', 'paid, or not', 'gone')")
	wantNotes(t, s.load(t, s.source(users(t))), "warn: name was enum('new','it''s','a,b','paid, or not','gone') not null and is enum('new','it''s','a,b','paid, or not','gone')")
}

func TestB07_TypeThatNoLongerFitsStopsTheTable(t *testing.T) {
	s := newShop(t, "UTC")
	s.exec(t, makePurchases, "insert into purchases values (1, 1, 5, '2026-11-16 00:00:00')")
	s.load(t, s.source(purchases(t)))
	for alter, want := range map[string]string{
		"modify amount decimal(65,30)":  "purchases.amount is decimal(65,30), which does not fit decimal(12,2) without loss: take it as text, since a decimal has 38 digits at most",
		"modify amount decimal(14,2)":   "purchases.amount is decimal(14,2), which does not fit decimal(12,2) without loss: take it as decimal(14,2)",
		"modify amount double":          "purchases.amount is double, which does not fit decimal(12,2) without loss",
		"modify amount varchar(20)":     "purchases.amount is varchar(20)",
		"modify purchased_at date":      "purchases.purchased_at is date, which does not fit timestamp",
		"modify user_id varbinary(16)":  "purchases.user_id is varbinary(16), which does not fit bigint",
		"modify user_id float":          "purchases.user_id is float, which does not fit bigint",
		"modify user_id decimal(10, 1)": "purchases.user_id is decimal(10,1), which does not fit bigint without loss: take it as decimal(10,1)",
	} {
		s.exec(t, "alter table purchases "+alter)
		_, err := s.fail(t, purchases(t))
		setupError(t, err, want)
		s.want(t, "select count(*) from production.purchases", "1")
		s.exec(t, "drop table purchases", makePurchases)
	}
}

func TestB08_NewColumnIsNotedOnceAndNotTaken(t *testing.T) {
	s := newShop(t, "UTC")
	s.exec(t, makeUsers, "insert into users values (1, 'Ann')")
	wantNotes(t, s.load(t, s.source(users(t))))
	s.exec(t, "alter table users add column email varchar(200) after id", "insert into users values (2, 'b@x', 'Bob')")
	wantNotes(t, s.load(t, s.source(users(t))), "note: email is new (varchar(200)) and is not taken")
	s.want(t, "select * from production.users", "1|Ann", "2|Bob")
	wantNotes(t, s.load(t, s.source(users(t))))
}

func TestTableOfAnotherDatabaseAndViewAreRead(t *testing.T) {
	s := newShop(t, "UTC")
	s.exec(t, makeUsers, "insert into users values (1, 'Ann'), (2, 'Bob')", "create view named as select name, id from users where id = 2")
	table := users(t)
	table.From = s.name + ".named"
	s.load(t, s.source(table))
	s.want(t, "select id, name from production.users", "2|Bob")
}

func TestTableWithoutSnapshotsIsNoted(t *testing.T) {
	s := newShop(t, "UTC")
	s.exec(t, strings.Replace(makeUsers, ")", ")", 1)+" engine=MyISAM", "insert into users values (1, 'Ann')")
	wantNotes(t, s.load(t, s.source(users(t))), "warn: its engine is MyISAM, which keeps no snapshots: it may not fit the other tables")
}

func TestWhereIsTheServersOwnSQL(t *testing.T) {
	s := newShop(t, "UTC")
	s.exec(t, makeUsers, "insert into users values (1, 'Ann'), (2, 'Bob'), (3, 'Ann')")
	table := users(t)
	table.Where = "name = 'Ann' or id = 7"
	s.load(t, s.source(table))
	s.want(t, "select id from production.users", "1", "3")
	table.Where = "nme = 'Ann'"
	report, err := s.tryLoad(t, s.source(table))
	if err != nil {
		t.Fatal(err)
	}
	setupError(t, report.Tables[0].Err, "Unknown column 'nme'")
}

func TestSourceThatContradictsItselfIsRefused(t *testing.T) {
	s := newShop(t, "UTC")
	both, none, bad := users(t), users(t), users(t)
	both.At, both.Day = "a", "b"
	none.Columns = nil
	bad.Table = "Production.Users"
	for want, table := range map[string]mysql.Table{"has both at: and day:": both, "names no columns": none, "a name has the letters a-z": bad} {
		_, err := s.tryLoad(t, s.source(table))
		setupError(t, err, want)
	}
}
