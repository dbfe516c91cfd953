package backup

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"filippo.io/age"
	"github.com/jackc/pgx/v5/pgconn"
)

// Config is what an operator may set. Without a bucket there are no backups.
type Config struct {
	Bucket string `env:"BACKUP_BUCKET"`
	// Recipients are the public keys that backups are encrypted to; any one of their private keys opens them.
	Recipients []string `env:"BACKUP_RECIPIENT"`
	// IdentityFile is the path of the private keys, which only verify and restore need.
	IdentityFile string `env:"BACKUP_IDENTITY_FILE"`
	// Keep is what Prune leaves, see ParseKeep.
	Keep string `env:"BACKUP_KEEP" envDefault:"7,5,12"`
	// Hour is when the daily backup is due, in UTC.
	Hour int `env:"BACKUP_HOUR" envDefault:"19"`
	// DatabaseURL is the database's own address, where DATABASE_URL is that of a pooler.
	DatabaseURL string `env:"BACKUP_DATABASE_URL"`
}

// hoursOfDay is what BACKUP_HOUR counts.
const hoursOfDay = 24

// Validate finds every mistake and names the variable it is in. photos is the bucket of the photos, of which everybody
// may read a part.
func (c Config) Validate(photos string) (mistakes []error) {
	add := func(format string, args ...any) { mistakes = append(mistakes, fmt.Errorf(format, args...)) }
	if (c.Bucket == "") != (len(c.Recipients) == 0) {
		add("BACKUP_BUCKET, BACKUP_RECIPIENT: set both, or none")
	}
	if c.Bucket != "" && c.Bucket == photos {
		add("BACKUP_BUCKET: must be another one than S3_BUCKET, of which everybody may read a part")
	}
	if _, err := c.recipients(); err != nil {
		add("BACKUP_RECIPIENT: %w", err)
	}
	if _, err := ParseKeep(c.Keep); err != nil {
		add("BACKUP_KEEP: %w", err)
	}
	if c.Hour < 0 || c.Hour >= hoursOfDay {
		add("BACKUP_HOUR: must be from 0 to %d", hoursOfDay-1)
	}
	if _, err := pgconn.ParseConfig(c.DatabaseURL); err != nil {
		add("BACKUP_DATABASE_URL: must be an address like postgres://user:password@host:5432/name") // the parser's words hold the password
	}
	return mistakes
}

// At is when in a day the backup is due.
func (c Config) At() time.Duration { return time.Duration(c.Hour) * time.Hour }

// recipients reads the public keys.
func (c Config) recipients() ([]age.Recipient, error) {
	var all []age.Recipient
	for i, text := range c.Recipients {
		parsed, err := age.ParseRecipients(strings.NewReader(text))
		if err != nil {
			// The words of the parser repeat the text, which may be a private key by mistake.
			return nil, fmt.Errorf("number %d is no public key of age, like age1…: make a pair with `styleshare backup keys`", i+1)
		}
		all = append(all, parsed...)
	}
	return all, nil
}

// Keep says how many backups are left: the newest of each of the last days, weeks and months that have one.
type Keep struct{ Daily, Weekly, Monthly int }

// ParseKeep reads "7,5,12": seven days, five weeks, twelve months. "all" is nil: nothing is deleted.
func ParseKeep(text string) (*Keep, error) {
	if text == "all" {
		return nil, nil //nolint:nilnil // "all" limits nothing
	}
	fields := strings.Split(text, ",")
	var numbers [3]int
	if len(fields) != len(numbers) {
		return nil, errors.New(`must be days, weeks and months, like 7,5,12, or "all"`)
	}
	for i, field := range fields {
		n, err := strconv.Atoi(strings.TrimSpace(field))
		if err != nil || n < 0 {
			return nil, fmt.Errorf("%q is no number of backups", field)
		}
		numbers[i] = n
	}
	return &Keep{Daily: numbers[0], Weekly: numbers[1], Monthly: numbers[2]}, nil
}
