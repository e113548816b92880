package mysql

import (
	"errors"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
)

// How long the network may keep us waiting, unless the DSN says otherwise (timeout=,
// readTimeout=, writeTimeout=).
const (
	dialTimeout = 10 * time.Second
	readTimeout = 60 * time.Second
)

// errDSN never quotes the DSN, which has a password.
var errDSN = errors.New("the dsn of a mysql source is not user:password@tcp(host:3306)/database or mysql://user:password@host:3306/database " +
	"(in a URL the characters / ? # @ : % of a password are written %2F %3F %23 %40 %3A %25)")

// parseDSN reads both forms of a DSN.
func parseDSN(dsn string) (*mysql.Config, error) {
	config, err := driverConfig(dsn)
	if err != nil || config.DBName == "" {
		return nil, errDSN
	}
	if config.Timeout == 0 {
		config.Timeout = dialTimeout
	}
	if config.ReadTimeout == 0 {
		config.ReadTimeout = readTimeout
	}
	if config.WriteTimeout == 0 {
		config.WriteTimeout = readTimeout
	}
	// Dates are read as they are, and nothing but what we write is sent.
	config.ParseTime, config.MultiStatements, config.AllowAllFiles, config.InterpolateParams = false, false, false, false
	return config, nil
}

func driverConfig(dsn string) (*mysql.Config, error) {
	scheme, _, isURL := strings.Cut(dsn, "://")
	if !isURL || scheme != "mysql" && scheme != "mariadb" {
		return mysql.ParseDSN(dsn)
	}
	u, err := url.Parse(dsn)
	if err != nil || u.Host == "" {
		return nil, errDSN
	}
	port := u.Port()
	if port == "" {
		port = "3306"
	}
	config, err := mysql.ParseDSN("tcp(" + net.JoinHostPort(u.Hostname(), port) + ")/" + url.PathEscape(strings.TrimPrefix(u.Path, "/")) + "?" + u.RawQuery)
	if err != nil {
		return nil, err
	}
	config.User = u.User.Username()
	config.Passwd, _ = u.User.Password()
	return config, nil
}

// placeOf names the server for messages.
func placeOf(config *mysql.Config) string {
	place := config.Addr + "/" + config.DBName
	if config.User != "" {
		place = config.User + "@" + place
	}
	return place
}
