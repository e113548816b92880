package mail

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"mime"
	netmail "net/mail"
	"slices"
	"strings"
	"time"
	"unicode"

	gomail "github.com/wneessen/go-mail"
)

// Message is a mail to one recipient.
type Message struct {
	From     string // a bare address, as CheckAddress wants it
	FromName string `json:",omitempty"` // what is shown beside it, or ""
	To       string // a bare address
	ReplyTo  string `json:",omitempty"` // a bare address, or ""
	Subject  string
	Text     string
	HTML     string `json:",omitempty"` // the same as Text, or "" for text alone
	// Files are attached; Inline are shown by the HTML, which names each cid:NAME.
	Files, Inline []File `json:",omitempty"`
	// ID is the Message-ID, without angle brackets. ID makes one.
	ID   string
	Date time.Time
	// Headers are further headers, such as List-Unsubscribe. Auto-Submitted is set.
	Headers map[string]string `json:",omitempty"`
}

// File is a file in a mail.
type File struct {
	Name    string // as the reader sees it: sheet.pdf
	Type    string // application/pdf; "" is application/octet-stream
	Content []byte
}

// ID returns the Message-ID of what is sent to a recipient on an occasion: always the
// same, whatever the case of the address, so that a copy can be told as one. kind is a
// word such as "run" that it begins with; it ends with the domain of from.
func ID(kind, from, to, occasion string) string {
	return fmt.Sprintf("%s.%x@%s", kind, sha256.Sum256([]byte(occasion+"\n"+strings.ToLower(to))), domainOf(from))
}

// check refuses what could say more in a header than it is meant to.
func (m Message) check() error {
	errs := []error{CheckAddress(m.From), CheckAddress(m.To)}
	if m.ReplyTo != "" {
		errs = append(errs, CheckAddress(m.ReplyTo))
	}
	if m.ID == "" || strings.ContainsFunc(m.ID, func(r rune) bool { return r <= ' ' || r > '~' || r == '<' || r == '>' }) {
		errs = append(errs, fmt.Errorf("%q is no Message-ID", m.ID))
	}
	for name, value := range m.Headers {
		if name == "" || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r > '~' || r == ':' }) ||
			strings.ContainsFunc(value, unicode.IsControl) {
			errs = append(errs, fmt.Errorf("header %q: %q has characters that no header may have", name, value))
		}
	}
	for _, file := range slices.Concat(m.Files, m.Inline) {
		if _, _, err := mime.ParseMediaType(file.kind()); err != nil || strings.ContainsFunc(file.Type, unicode.IsControl) {
			errs = append(errs, fmt.Errorf("file %q: %q is no type such as application/pdf", file.Name, file.Type))
		}
		if strings.ContainsFunc(file.Name, unicode.IsControl) || file.Name == "" {
			errs = append(errs, fmt.Errorf("file %q: the name is empty or has control characters", file.Name))
		}
	}
	return errors.Join(errs...)
}

func (f File) kind() string {
	if f.Type == "" {
		return "application/octet-stream"
	}
	return f.Type
}

// encode writes the mail as it is sent, signed if there is a signer.
func (m Message) encode(signer *gomail.DKIMSigner) ([]byte, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	letter := gomail.NewMsg()
	from := netmail.Address{Name: oneLine(m.FromName), Address: m.From}
	if err := errors.Join(letter.From(from.String()), letter.To(m.To)); err != nil {
		return nil, err
	}
	if m.ReplyTo != "" {
		if err := letter.ReplyTo(m.ReplyTo); err != nil {
			return nil, err
		}
	}
	letter.Subject(oneLine(m.Subject))
	letter.SetDateWithValue(m.Date)
	letter.SetMessageIDWithValue(m.ID)
	letter.SetUserAgent("Tearsheet")
	letter.SetGenHeader("Auto-Submitted", "auto-generated")
	letter.SetGenHeader("X-Auto-Response-Suppress", "All")
	for _, name := range slices.Sorted(maps.Keys(m.Headers)) {
		letter.SetGenHeader(gomail.Header(name), m.Headers[name])
	}
	letter.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		letter.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	if err := m.add(letter); err != nil {
		return nil, err
	}
	if signer != nil {
		letter.SetDKIM(signer)
	}
	var b bytes.Buffer
	_, err := letter.WriteTo(&b)
	return b.Bytes(), err
}

// add adds the files to a mail.
func (m Message) add(letter *gomail.Msg) error {
	for _, file := range m.Files {
		if err := letter.AttachReader(file.Name, bytes.NewReader(file.Content), gomail.WithFileContentType(gomail.ContentType(file.kind()))); err != nil {
			return fmt.Errorf("file %s: %w", file.Name, err)
		}
	}
	for _, file := range m.Inline {
		// The standard wants angle brackets, which go-mail does not add.
		if err := letter.EmbedReader(file.Name, bytes.NewReader(file.Content), gomail.WithFileContentType(gomail.ContentType(file.kind())),
			gomail.WithFileContentID("<"+file.Name+">")); err != nil {
			return fmt.Errorf("picture %s: %w", file.Name, err)
		}
	}
	return nil
}
