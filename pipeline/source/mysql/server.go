package mysql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
)

// server is one connection to a server, and what is known of it.
type server struct {
	place     string
	timeLimit time.Duration
	lockWait  time.Duration
	log       *driverLog
	db        *sql.DB
	conn      *sql.Conn
	version   string
	maria     bool
	position  position
}

// position is where a server stands in the history of its data.
type position struct {
	ServerID string // it differs from server to server
	GTID     string // of the last transaction, or ""
}

func connect(ctx context.Context, config *mysql.Config, source Source) (*server, error) {
	s := &server{place: placeOf(config), timeLimit: source.TimeLimit, lockWait: source.LockWait, log: &driverLog{}}
	config = config.Clone()
	config.Logger = s.log
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return nil, errDSN
	}
	s.db = sql.OpenDB(connector)
	if s.conn, err = s.db.Conn(ctx); err != nil {
		s.close()
		return nil, s.refused(ctx, err)
	}
	if err := s.settle(ctx); err != nil {
		s.close()
		return nil, s.failed(ctx, err)
	}
	if err := s.clock(ctx); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *server) close() {
	if s.conn != nil {
		s.conn.Close()
	}
	s.db.Close()
}

func (s *server) run(ctx context.Context, statements ...string) error {
	for _, statement := range statements {
		if _, err := s.conn.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// settle makes the session's settings ours, whatever the server's are.
func (s *server) settle(ctx context.Context) error {
	if err := s.conn.QueryRowContext(ctx, "select version()").Scan(&s.version); err != nil {
		return err
	}
	s.maria = strings.Contains(strings.ToLower(s.version), "maria")
	seconds := int(s.timeLimit.Seconds()) + 1
	statements := []string{
		"set names utf8mb4",
		"set character_set_results = null", // texts come as they are stored, and are checked here
		"set time_zone = '+00:00'",
		"set sql_mode = 'STRICT_ALL_TABLES'",
		"set autocommit = 1",
		fmt.Sprintf("set lock_wait_timeout = %d", int(max(s.lockWait, time.Second).Seconds())),
		fmt.Sprintf("set net_write_timeout = %d", max(seconds, 60)),
		fmt.Sprintf("set wait_timeout = %d", max(seconds, 60)),
		"set session transaction isolation level repeatable read",
	}
	if s.maria {
		statements = append(statements, fmt.Sprintf("set max_statement_time = %d", seconds))
	} else {
		statements = append(statements, fmt.Sprintf("set max_execution_time = %d", seconds*1000))
	}
	if err := s.run(ctx, statements...); err != nil {
		return err
	}
	// Without these, too, all that is read is right: the tables are held until the end
	// where the server writes a binary log and the user has not the right BINLOG ADMIN, and
	// MySQL 8, which alone knows the second, may believe an old number of rows.
	for _, statement := range []string{"set sql_log_bin = 0", "set information_schema_stats_expiry = 0"} {
		if err := s.run(ctx, statement); err != nil && !hasNumber(err, unknownVariable, privilegeMissing) {
			return err
		}
	}
	return s.where(ctx)
}

// where asks for the position of the server's data. It comes before the snapshot,
// which is therefore never older.
func (s *server) where(ctx context.Context) error {
	gtid := "@@gtid_executed"
	if s.maria {
		gtid = "@@gtid_current_pos"
	}
	var id, at sql.NullString
	err := s.conn.QueryRowContext(ctx, "select @@server_id, "+gtid).Scan(&id, &at)
	s.position = position{id.String, strings.ReplaceAll(at.String, "\n", "")}
	return err
}

// clock verifies by a round trip that the session counts time in UTC: a proxy between
// us and the server may have kept the setting to itself.
func (s *server) clock(ctx context.Context) error {
	const text, instant = "2015-02-10 12:00:00", 1423569600
	var toUnix int64
	var fromUnix, zone string
	var off int64
	err := s.conn.QueryRowContext(ctx, fmt.Sprintf("select unix_timestamp('%s'), cast(from_unixtime(%d) as char), @@session.time_zone,"+
		" timestampdiff(second, utc_timestamp(), now())", text, instant)).Scan(&toUnix, &fromUnix, &zone, &off)
	if err != nil {
		return s.failed(ctx, err)
	}
	if toUnix != instant || fromUnix != text || off != 0 {
		return &SourceError{Place: s.place, Err: fmt.Errorf("the session's time zone is %s although it was set to +00:00: is there a proxy that keeps settings to itself? timestamps would be wrong", zone)}
	}
	return nil
}

const unknownVariable = 1193

// lag returns how far a replica lies behind, by the slowest of its channels; a server that
// is none, or does not say, has no lag.
func (s *server) lag(ctx context.Context, limit time.Duration) (time.Duration, error) {
	channels, err := s.replication(ctx)
	if err != nil {
		return 0, err
	}
	var most time.Duration
	for _, channel := range channels {
		behind, err := s.behind(channel, limit)
		if err != nil {
			return behind, err
		}
		most = max(most, behind)
	}
	return most, nil
}

// behind returns how far a channel of replication lies behind.
func (s *server) behind(state map[string]string, limit time.Duration) (time.Duration, error) {
	first := func(names ...string) string {
		for _, name := range names {
			if value := state[name]; value != "" {
				return value
			}
		}
		return ""
	}
	what := "the server is a replica"
	if name := first("Channel_Name", "Connection_name"); name != "" {
		what += " by channel " + name
	}
	seconds, err := strconv.ParseInt(first("Seconds_Behind_Source", "Seconds_Behind_Master"), 10, 64)
	if err != nil {
		reason := first("Last_SQL_Error", "Last_IO_Error")
		if reason == "" {
			reason = "it does not say why"
		}
		return 0, &SourceError{Place: s.place, Temporary: true, Err: fmt.Errorf("stale: %s whose replication has stopped: %s", what, reason)}
	}
	behind := time.Duration(seconds) * time.Second
	if behind > limit {
		return behind, &SourceError{Place: s.place, Temporary: true, Err: fmt.Errorf("stale: %s that lies %v behind, more than %v", what, behind, limit)}
	}
	return behind, nil
}

// replication returns the state of each channel of replication by its column names.
func (s *server) replication(ctx context.Context) ([]map[string]string, error) {
	statement := "show replica status"
	if s.maria {
		statement = "show all slaves status" // without "all" it tells of one channel
	}
	rows, err := s.conn.QueryContext(ctx, statement)
	if hasNumber(err, syntaxFault) {
		rows, err = s.conn.QueryContext(ctx, "show slave status") // older ones know no other word
	}
	if hasNumber(err, privilegeMissing, accessDenied, selectDenied) {
		return nil, nil // the user may not know
	}
	if err != nil {
		return nil, s.failed(ctx, err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return nil, s.failed(ctx, err)
	}
	var channels []map[string]string
	values, into := make([]sql.NullString, len(names)), make([]any, len(names))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return nil, s.failed(ctx, err)
		}
		state := map[string]string{}
		for i, name := range names {
			state[name] = values[i].String
		}
		channels = append(channels, state)
	}
	return channels, s.failed(ctx, rows.Err())
}

// begin takes the snapshot.
func (s *server) begin(ctx context.Context) error {
	return s.failed(ctx, s.run(ctx, "start transaction with consistent snapshot, read only"))
}

// release lets go of a table that was read, so that whoever wants to alter it need not
// wait for the other tables. The snapshot stays. (A server with a binary log holds the
// table until the end if the session writes to that log.)
func (s *server) release(ctx context.Context) error {
	return s.failed(ctx, s.run(ctx, "rollback to savepoint between_tables"))
}

// hold begins with a table.
func (s *server) hold(ctx context.Context) error {
	return s.failed(ctx, s.run(ctx, "savepoint between_tables"))
}

// went reports that a server stands earlier in the history of its data than before.
func (s *server) wentBack(ctx context.Context, before position) (bool, error) {
	if before.GTID == "" {
		return false, nil
	}
	if s.maria {
		return gtidBack(before.GTID, s.position.GTID), nil
	}
	var within bool
	err := s.conn.QueryRowContext(ctx, "select gtid_subset(?, ?)", before.GTID, s.position.GTID).Scan(&within)
	return !within, s.failed(ctx, err)
}

// gtidBack compares positions of MariaDB: for each domain, domain-server-sequence.
func gtidBack(before, now string) bool {
	sequences := func(text string) map[string]uint64 {
		domains := map[string]uint64{}
		for _, gtid := range strings.Split(text, ",") {
			parts := strings.Split(strings.TrimSpace(gtid), "-")
			if len(parts) == 3 {
				domains[parts[0]], _ = strconv.ParseUint(parts[2], 10, 64)
			}
		}
		return domains
	}
	have := sequences(now)
	for domain, sequence := range sequences(before) {
		if have[domain] < sequence {
			return true
		}
	}
	return false
}

var errNoTable = errors.New("no such table")
