package mail

import (
	"crypto"
	"crypto/rsa"
	"errors"
	"fmt"
	"os"
	"strings"

	gomail "github.com/wneessen/go-mail"
)

// DKIM says with which key mail is signed, so that its readers' servers can tell that
// it comes from the domain. The public half stands in the DNS at
// SELECTOR._domainkey.DOMAIN. The zero DKIM signs nothing.
type DKIM struct {
	Domain   string // example.com
	Selector string // tearsheet
	Key      string // path of the private key: PEM, RSA of 1024 bits or more, or Ed25519
}

const (
	leastRSA = 1024 // less is not valid for anybody (RFC 8301)
	goodRSA  = 2048
	// longestName is what go-mail writes in one line; what it breaks, nobody verifies.
	longestName = 70
)

// Check reads the key and returns all that is wrong, and what a person should know: a
// key file that others may read, a short key, or a domain that is not that of from, so
// that the signature does not vouch for the address that readers see. Neither holds
// anything of the key.
func (d DKIM) Check(from string) (warnings []string, err error) {
	if d == (DKIM{}) {
		return nil, nil
	}
	key, err := d.key()
	errs := []error{d.names(), err}
	if err == nil {
		if info, err := os.Stat(d.Key); err == nil && info.Mode().Perm()&0o077 != 0 {
			warnings = append(warnings, fmt.Sprintf("key %s: others on this machine may read it (%v): chmod 600 %s", d.Key, info.Mode().Perm(), d.Key))
		}
		if short, ok := key.(*rsa.PrivateKey); ok && short.N.BitLen() < goodRSA {
			warnings = append(warnings, fmt.Sprintf("key %s: RSA of %d bits; some readers trust none below %d", d.Key, short.N.BitLen(), goodRSA))
		}
	}
	if domain := domainOf(from); d.Domain != "" && !aligned(domain, d.Domain) {
		warnings = append(warnings, fmt.Sprintf("domain %s: mail comes from %s, so the signature does not vouch for it (DMARC)", d.Domain, from))
	}
	return warnings, errors.Join(errs...)
}

// names checks the domain and the selector.
func (d DKIM) names() error {
	var errs []error
	for _, entry := range []struct{ name, text, example string }{{"domain", d.Domain, "example.com"}, {"selector", d.Selector, "tearsheet"}} {
		if entry.text == "" || strings.Trim(entry.text, ".") != entry.text || strings.Contains(entry.text, "..") || strings.ContainsFunc(entry.text, outsideNames) {
			errs = append(errs, fmt.Errorf("%s: %q is no name such as %s", entry.name, entry.text, entry.example))
		}
		if len(entry.text) > longestName {
			errs = append(errs, fmt.Errorf("%s: %q is longer than %d characters", entry.name, entry.text, longestName))
		}
	}
	return errors.Join(errs...)
}

func outsideNames(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_' && r != '.'
}

// aligned reports whether a signature of one domain vouches for the addresses of
// another: it is the same, or lies above or below.
func aligned(from, signed string) bool {
	from, signed = strings.ToLower(from), strings.ToLower(signed)
	return from == signed || strings.HasSuffix(from, "."+signed) || strings.HasSuffix(signed, "."+from)
}

// key reads the private key. An error holds nothing of it.
func (d DKIM) key() (crypto.Signer, error) {
	if d.Key == "" {
		return nil, errors.New("key: names no file")
	}
	text, err := os.ReadFile(d.Key)
	if err != nil {
		return nil, fmt.Errorf("key: %w", err)
	}
	key, err := gomail.PrivKeyFromPEM(text)
	if err != nil {
		return nil, fmt.Errorf("key %s: is no private key of RSA or Ed25519 in PEM; `openssl genrsa -out %s 2048` makes one", d.Key, d.Key)
	}
	if short, ok := key.(*rsa.PrivateKey); ok && short.N.BitLen() < leastRSA {
		return nil, fmt.Errorf("key %s: RSA of %d bits, and no reader takes less than %d; `openssl genrsa -out %s 2048` makes one", d.Key, short.N.BitLen(), leastRSA, d.Key)
	}
	return key, nil
}

// signer returns what signs a mail, or nil for the zero DKIM.
func (d DKIM) signer() (*gomail.DKIMSigner, error) {
	if d == (DKIM{}) {
		return nil, nil
	}
	key, err := d.key()
	if err := errors.Join(d.names(), err); err != nil {
		return nil, fmt.Errorf("dkim: %w", err)
	}
	signer := gomail.NewDKIMSigner(d.Domain, d.Selector, key)
	signer.HeaderCanonicalization(gomail.CanonicalizationRelaxed)
	signer.BodyCanonicalization(gomail.CanonicalizationRelaxed)
	// go-mail breaks a longer list within a name, and readers then find no valid signature.
	signer.SignHeaders("From", "To", "Subject", "Date", "Message-ID", "Content-Type")
	signer.OversignHeaders("From", "To", "Subject", "Date") // none of these can be added
	return signer, nil
}
