package transport

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
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

// introduction is what the payload of connection_init may say: who it is that asks, and with which client.
type introduction struct {
	authorization string
	client        client
}

// introductionOf reads a payload, which may be missing. The names of its entries are those of headers, in any case.
func introductionOf(payload json.RawMessage) (i introduction, err error) {
	if len(payload) == 0 {
		return i, nil
	}
	var entries map[string]json.RawMessage
	if err = json.Unmarshal(payload, &entries); err != nil {
		return i, err
	}
	for name, value := range entries {
		var text string // stays empty for null
		wrong := json.Unmarshal(value, &text)
		switch http.CanonicalHeaderKey(name) {
		case "Authorization":
			i.authorization, err = text, wrong
		case headerClientName:
			i.client.name = text
		case headerClientVersion:
			i.client.version = text
		}
		if err != nil {
			return i, err
		}
	}
	return i, nil
}
