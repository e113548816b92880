package mysql_test

import (
	"errors"
	"testing"

	"tearsheet/internal/testenv"
	"tearsheet/pipeline/source/mysql"
)

func heldError(t *testing.T, err error, want ...string) {
	t.Helper()
	var held *mysql.HeldError
	if !errors.As(err, &held) {
		t.Fatalf("error is %v (%T)", err, err)
	}
	wantText(t, err, want...)
}

func TestB13_ServerWithOlderDataIsHeld(t *testing.T) {
	old, now := testenv.OwnMariaDB(t, "--server-id=2", "--skip-log-bin"), testenv.OwnMariaDB(t, "--skip-log-bin")
	s := newShopOn(t, now, "UTC")
	s.exec(t, makeUsers, "insert into users select seq, 'x' from seq_1_to_100")
	s.load(t, s.source(users(t)))
	behind := newShopOn(t, old, "UTC")
	behind.exec(t, makeUsers, "insert into users select seq, 'x' from seq_1_to_99") // less than 5 % are gone
	s.dsn = behind.dsn
	_, err := s.fail(t, users(t))
	heldError(t, err, "the server has older data: the greatest id is 99 and was 100 (server id 2, before 1)")
	s.want(t, "select count(*) from production.users", "100")
	s.options.Accept = []string{"production.users"}
	s.load(t, s.source(users(t)))
	s.want(t, "select count(*) from production.users", "99")
	s.options.Accept = nil
	s.load(t, s.source(users(t)))
}

func TestB13_ServerThatWasSetBackIsHeld(t *testing.T) {
	s := newShopOn(t, testenv.OwnMariaDB(t), "UTC")
	s.exec(t, makeUsers, "insert into users select seq, 'x' from seq_1_to_100")
	s.load(t, s.source(users(t)))
	s.exec(t, "reset master", "insert into users values (101, 'x')") // as a restored backup begins anew
	_, err := s.fail(t, users(t))
	heldError(t, err, "the server has older data: it stands at transaction", "and stood at")
	s.want(t, "select count(*) from production.users", "100")
}

func TestB13_DeletedNewestRowsAreNoOlderData(t *testing.T) {
	s := newShop(t, "UTC")
	s.exec(t, makeUsers, "insert into users (name) select 'x' from seq_1_to_100")
	s.load(t, s.source(users(t)))
	s.exec(t, "delete from users where id = 100")
	wantNotes(t, s.load(t, s.source(users(t))), "note: the greatest id is 99 and was 100: the newest rows were deleted")
	s.want(t, "select count(*) from production.users", "99")
}

// A key that somebody else gives does not go back when rows are deleted.
func TestB13_DeletedNewestRowOfAKeyThatDoesNotCountIsNoOlderData(t *testing.T) {
	s := newShop(t, "UTC")
	s.exec(t, "create table users (id bigint primary key, name varchar(20))", "insert into users select seq * 7, 'x' from seq_1_to_100")
	s.load(t, s.source(users(t)))
	s.exec(t, "delete from users where id = 700")
	wantNotes(t, s.load(t, s.source(users(t))), "note: the greatest id is 693 and was 700: the newest rows were deleted")
	s.want(t, "select count(*) from production.users", "99")
}

func TestB14_TableThatShrankIsHeld(t *testing.T) {
	for name, tt := range map[string]struct{ statement, says string }{
		"empty":     {"delete from users", "it is empty, and had 100 rows"},
		"6 percent": {"delete from users where id <= 6", "it has 94 rows where it had 100: 6 are gone, more than 5 %"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, "UTC")
			s.exec(t, makeUsers, "insert into users select seq, 'x' from seq_1_to_100")
			s.load(t, s.source(users(t)))
			s.exec(t, tt.statement)
			_, err := s.fail(t, users(t))
			heldError(t, err, "table production.users from mysql users: "+tt.says, "what is loaded stays")
			s.want(t, "select count(*) from production.users", "100")
			accepting := *s
			accepting.options.Accept = []string{"production.others"}
			_, err = accepting.fail(t, users(t))
			heldError(t, err, tt.says)
			accepting.options.Accept = []string{"production.users"}
			accepting.load(t, accepting.source(users(t)))
		})
	}
}

func TestB14_LimitIsTheTablesOwn(t *testing.T) {
	s := newShop(t, "UTC")
	s.exec(t, makePurchases, "insert into purchases select seq, seq, 5, timestamp'2026-10-01 12:00:00' + interval seq hour from seq_1_to_100")
	s.load(t, s.source(purchases(t)))
	s.exec(t, "delete from purchases where id <= 5")
	s.load(t, s.source(purchases(t))) // just the limit
	s.exec(t, "delete from purchases where id <= 50")
	_, err := s.fail(t, purchases(t))
	heldError(t, err, "it has 50 rows where it had 95")
	table := purchases(t)
	half, all := 0.5, 1.0
	table.MaxShrink = &half
	s.load(t, s.source(table))
	s.want(t, "select count(*) from production.purchases", "50")
	table.MaxShrink = &all
	s.exec(t, "delete from purchases")
	s.load(t, s.source(table))
	s.want(t, "select count(*) from production.purchases", "0")
}

func TestB14_LimitOfNothingIsALimit(t *testing.T) {
	s := newShop(t, "UTC")
	s.exec(t, makeUsers, "insert into users select seq, 'x' from seq_1_to_100")
	table := users(t)
	table.MaxShrink = new(float64)
	s.load(t, s.source(table))
	s.exec(t, "delete from users where id = 7")
	_, err := s.fail(t, table)
	heldError(t, err, "it has 99 rows where it had 100: 1 are gone, more than 0 %")
}

func TestB14_OtherRulesAreNoShrinking(t *testing.T) {
	s := newShop(t, "UTC")
	s.exec(t, makeUsers, "insert into users select seq, 'x' from seq_1_to_100")
	s.load(t, s.source(users(t)))
	table := users(t)
	table.Where = "id > 90"
	s.load(t, s.source(table))
	s.want(t, "select count(*) from production.users", "10")
}
