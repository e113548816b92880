package mail

import (
	"cmp"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"net/url"
	"strconv"
	"strings"
	"unicode"
)

// Server is a server that takes mail. It comes from ParseServer. Printed in any way, it
// is its address without the password.
type Server struct {
	host     string
	port     int
	user     string
	implicit bool // TLS from the first byte
	bare     bool // no TLS at all
	// password is a function so that no way of printing can reach the text.
	password func() string
}

// ParseServer reads the URL of a server: smtp://user:password@host:587, which is left
// for TLS by STARTTLS before anything is said, or smtps://… for TLS from the first byte.
// The port is 587 or 465 if none is named. tls is "" or "required", or "none", which
// only a server on this machine may have. An error holds no password.
func ParseServer(text, tls string) (Server, error) {
	u, err := url.Parse(text)
	if err != nil {
		return Server{}, errors.New("the URL cannot be read; characters such as @ or / in a password are written %40, %2F")
	}
	password, _ := u.User.Password()
	s := Server{host: u.Hostname(), user: u.User.Username(), implicit: u.Scheme == "smtps", bare: tls == "none",
		password: func() string { return password }}
	if u.Scheme != "smtp" && u.Scheme != "smtps" || s.host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		return Server{}, errors.New("a mail server is smtp://user:${SMTP_PASSWORD}@host:587, or smtps://…")
	}
	port := cmp.Or(u.Port(), map[bool]string{false: "587", true: "465"}[s.implicit])
	if s.port, err = strconv.Atoi(port); err != nil || s.port < 1 || s.port > 65535 {
		return Server{}, fmt.Errorf("%s is no port", port)
	}
	switch {
	case tls != "" && tls != "required" && tls != "none":
		return Server{}, fmt.Errorf("tls: %q is neither required nor none", tls)
	case s.bare && !loopback(s.host):
		return Server{}, fmt.Errorf("tls: none is only for a server on this machine, and %s is none", s.host)
	case s.bare && s.implicit:
		return Server{}, errors.New("smtps:// and tls: none contradict each other")
	case s.bare && password != "":
		return Server{}, errors.New("a password is not sent without TLS; write tls: required, or leave the password out")
	}
	return s, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// String returns the URL without the password.
func (s Server) String() string {
	u := url.URL{Scheme: "smtp", Host: s.place()}
	if s.implicit {
		u.Scheme = "smtps"
	}
	if s.user != "" {
		u.User = url.User(s.user)
	}
	return u.String()
}

// GoString returns the URL without the password.
func (s Server) GoString() string { return s.String() }

// MarshalText writes the URL without the password.
func (s Server) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// place is the server's host and port.
func (s Server) place() string { return net.JoinHostPort(s.host, strconv.Itoa(s.port)) }

// login reports whether there is a password to log in with.
func (s Server) login() bool { return s.user != "" && s.secret() != "" }

func (s Server) secret() string {
	if s.password == nil {
		return ""
	}
	return s.password()
}

// hide replaces the password in a text, also as it is written in URLs and in the
// commands of a login, which some servers repeat.
func (s Server) hide(text string) string {
	password := s.secret()
	if password == "" {
		return text
	}
	plain := func(t string) string { return base64.StdEncoding.EncodeToString([]byte(t)) }
	for _, secret := range []string{
		plain("\x00" + s.user + "\x00" + password), plain(s.user + "\x00" + s.user + "\x00" + password), plain(password),
		password, url.QueryEscape(password), url.PathEscape(password), url.UserPassword("", password).String()[1:],
	} {
		text = strings.ReplaceAll(text, secret, "***")
	}
	return text
}

// CheckAddress wants a bare address, as no name is needed to send to it.
func CheckAddress(text string) error {
	address, err := netmail.ParseAddress(text)
	if err != nil || address.Address != text || strings.ContainsFunc(text, unicode.IsControl) || strings.ContainsAny(text, "<> ") {
		return fmt.Errorf("%q is not an address such as data@example.com", text)
	}
	if domain := domainOf(text); domain == "" || strings.HasPrefix(domain, ".") || strings.HasSuffix(domain, ".") {
		return fmt.Errorf("%q has no domain", text)
	}
	return nil
}

// CheckRecipients tells add what is wrong with a list of recipients: an entry that is
// no address or stands there twice, by its index, or, with the index -1, that there is
// none.
func CheckRecipients(to []string, add func(at int, err error)) {
	if len(to) == 0 {
		add(-1, errors.New("names nobody"))
	}
	seen := map[string]bool{}
	for i, address := range to {
		if err := CheckAddress(address); err != nil {
			add(i, err)
			continue
		}
		if seen[strings.ToLower(address)] {
			add(i, fmt.Errorf("%s is named twice", address))
		}
		seen[strings.ToLower(address)] = true
	}
}

// domainOf returns what stands behind the @ of an address.
func domainOf(address string) string {
	return address[strings.LastIndex(address, "@")+1:]
}
