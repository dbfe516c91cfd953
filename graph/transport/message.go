package transport

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
)

// maxOperationID bounds the id that a client gives an operation, in bytes.
const maxOperationID = 64

// message is one of graphql-transport-ws.
type message struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// fromClients are the types that clients send.
var fromClients = []string{"connection_init", "ping", "pong", "subscribe", "complete"}

func parseMessage(data []byte) (m message, err error) {
	if err := json.Unmarshal(data, &m); err != nil {
		return m, errors.New("not a JSON object with a type")
	}
	named := m.Type == "subscribe" || m.Type == "complete"
	switch {
	case !slices.Contains(fromClients, m.Type):
		return m, errors.New("no type that clients send")
	case named && m.ID == "":
		return m, errors.New("the id is missing")
	case len(m.ID) > maxOperationID:
		return m, errors.New("the id is too long")
	}
	return m, nil
}

func (m message) encode() []byte {
	text, err := json.Marshal(m)
	if err != nil {
		panic("transport: a message that is no JSON: " + err.Error()) // made of the server's own JSON
	}
	return text
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// authorizationOf finds the entry "authorization", in any case, of connection_init's payload, which may be missing.
func authorizationOf(payload json.RawMessage) (string, error) {
	if len(payload) == 0 {
		return "", nil
	}
	var entries map[string]json.RawMessage
	if err := json.Unmarshal(payload, &entries); err != nil {
		return "", err
	}
	for name, value := range entries {
		var text *string
		if !strings.EqualFold(name, "authorization") {
			continue
		}
		if err := json.Unmarshal(value, &text); err != nil {
			return "", err
		}
		if text != nil {
			return *text, nil
		}
	}
	return "", nil
}
