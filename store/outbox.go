package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"tearsheet/mail"
)

// Outbox keeps the mail that is to be sent, in a store.
type Outbox struct{ s *Store }

// Outbox returns the outbox of the store.
func (s *Store) Outbox() Outbox { return Outbox{s} }

// Put keeps letters, as mail.Outbox promises. A content that several letters share, also
// of several calls, is kept once.
func (o Outbox) Put(ctx context.Context, letters []mail.Letter, content []byte) (added int, err error) {
	if len(letters) == 0 {
		return 0, nil
	}
	hash := fmt.Sprintf("%x", sha256.Sum256(content))
	err = o.s.change(ctx, func(tx *sql.Tx) error {
		added = 0
		if _, err := tx.ExecContext(ctx, o.s.bind(`insert into letter_content (hash, content) values (?, ?) on conflict (hash) do nothing`), hash, content); err != nil {
			return err
		}
		for i, l := range letters {
			done, err := tx.ExecContext(ctx, o.s.bind(
				`insert into letter (id, content, about, recipient, subject, put_at, place, state, holder, tries, first_try, next_try, text)
				values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (id) do nothing`),
				l.ID, hash, l.About, l.To, l.Subject, moment(l.Put), i, string(l.State), l.Holder, l.Tries, moment(l.First), moment(l.Next), l.Text)
			if err != nil {
				return err
			}
			n, err := done.RowsAffected()
			if err != nil {
				return err
			}
			added += int(n)
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("outbox: %w", explain(err))
	}
	return added, nil
}

// Letters returns letters, as mail.Outbox promises.
func (o Outbox) Letters(ctx context.Context, states ...mail.State) ([]mail.Letter, error) {
	query := `select id, about, recipient, subject, put_at, state, holder, tries, first_try, next_try, text from letter`
	var arguments []any
	if len(states) > 0 {
		query += ` where state in (?` + strings.Repeat(`, ?`, len(states)-1) + `)`
		for _, state := range states {
			arguments = append(arguments, string(state))
		}
	}
	rows, err := o.s.db.QueryContext(ctx, o.s.bind(query+` order by put_at, place, id`), arguments...)
	if err != nil {
		return nil, fmt.Errorf("outbox: %w", explain(err))
	}
	defer rows.Close()
	var letters []mail.Letter
	for rows.Next() {
		var l mail.Letter
		var state, put, first, next string
		if err := rows.Scan(&l.ID, &l.About, &l.To, &l.Subject, &put, &state, &l.Holder, &l.Tries, &first, &next, &l.Text); err != nil {
			return nil, fmt.Errorf("outbox: %w", err)
		}
		var errs [3]error
		l.State = mail.State(state)
		l.Put, errs[0] = parseMoment(put)
		l.First, errs[1] = parseMoment(first)
		l.Next, errs[2] = parseMoment(next)
		if err := errors.Join(errs[:]...); err != nil {
			return nil, fmt.Errorf("outbox: mail %s: %w", l.ID, err)
		}
		letters = append(letters, l)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("outbox: %w", explain(err))
	}
	return letters, nil
}

// Content returns the content of a letter, as mail.Outbox promises.
func (o Outbox) Content(ctx context.Context, id string) ([]byte, error) {
	var content []byte
	err := o.s.db.QueryRowContext(ctx, o.s.bind(
		`select c.content from letter l join letter_content c on c.hash = l.content where l.id = ?`), id).Scan(&content)
	if err != nil {
		return nil, fmt.Errorf("outbox: mail %s: %w", id, explain(err))
	}
	return content, nil
}

// Move changes a letter if it still stands as it did, as mail.Outbox promises.
func (o Outbox) Move(ctx context.Context, from, to mail.Letter) (bool, error) {
	done, err := o.s.db.ExecContext(ctx, o.s.bind(
		`update letter set state = ?, holder = ?, tries = ?, first_try = ?, next_try = ?, text = ?
		where id = ? and state = ? and holder = ? and tries = ?`),
		string(to.State), to.Holder, to.Tries, moment(to.First), moment(to.Next), to.Text,
		from.ID, string(from.State), from.Holder, from.Tries)
	if err != nil {
		return false, fmt.Errorf("outbox: mail %s: %w", from.ID, explain(err))
	}
	n, err := done.RowsAffected()
	if err != nil {
		return false, fmt.Errorf("outbox: mail %s: %w", from.ID, err)
	}
	return n == 1, nil
}

// moment writes a time to the nanosecond, in UTC, so that texts stand in the order of the
// times, and "" for none.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(momentForm)
}

const momentForm = "2006-01-02T15:04:05.000000000Z07:00"

// parseMoment reads what moment writes.
func parseMoment(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	return time.Parse(momentForm, text)
}
