package backup

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"filippo.io/age"
)

// WriteKeys makes a pair of keys: what BACKUP_IDENTITY_FILE names, in the form of age-keygen, and what BACKUP_RECIPIENT is.
func WriteKeys(w io.Writer) (recipient string, err error) {
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return "", err
	}
	recipient = identity.Recipient().String()
	_, err = fmt.Fprintf(w, "# created: %s\n# public key: %s\n%s\n", time.Now().UTC().Format(time.RFC3339), recipient, identity)
	return recipient, err
}

// identities reads the private keys.
func (c Config) identities() ([]age.Identity, error) {
	if c.IdentityFile == "" {
		return nil, errors.New("BACKUP_IDENTITY_FILE: must be set, because backups are encrypted")
	}
	file, err := os.Open(c.IdentityFile)
	if err != nil {
		return nil, fmt.Errorf("BACKUP_IDENTITY_FILE: %w", err)
	}
	defer func() { _ = file.Close() }()
	all, err := age.ParseIdentities(file)
	if err != nil {
		return nil, errors.New("BACKUP_IDENTITY_FILE: holds no private keys of age, like AGE-SECRET-KEY-1…") // without their text
	}
	return all, nil
}
