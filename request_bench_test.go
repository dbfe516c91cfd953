package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http/httptest"
	"os"
	"strconv"
	"testing"

	"styleshare/graph"
	"styleshare/internal/telemetry"
	"styleshare/models"
)

// BenchmarkRequest is what the smallest of the apps' operations costs from socket to socket, with everything around it: token,
// session, budget, log, metrics.
func BenchmarkRequest(b *testing.B) {
	w := newWriting(b)
	nowhere, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = nowhere.Close() })
	if w.log, err = telemetry.NewLogger(nowhere, telemetry.JSON, slog.LevelInfo); err != nil {
		b.Fatal(err)
	}
	server := httptest.NewServer(w.publicHandler(w.health(), nil))
	b.Cleanup(server.Close)
	token := w.signUp(b)
	for _, name := range []string{"Me", "Profile"} {
		b.Run(name, func(b *testing.B) {
			body, err := json.Marshal(map[string]any{"operationName": name, "query": graph.Documents()[name], "variables": map[string]any{"username": "reader"}})
			if err != nil {
				b.Fatal(err)
			}
			request := fmt.Appendf(nil, "POST /graphql HTTP/1.1\r\nHost: api\r\nContent-Type: application/json\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n%s",
				token, len(body), body)
			line, err := net.Dial("tcp", server.Listener.Addr().String())
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = line.Close() }()
			answers := bufio.NewReader(line)
			w.measure(b, func(int) {
				if _, err := line.Write(request); err != nil {
					b.Fatal(err)
				}
				if answer := readAnswer(b, answers); !bytes.HasPrefix(answer, []byte(`{"data":{"`)) {
					b.Fatalf("%s", answer)
				}
			})
		})
	}
}

// signUp makes a person, and gives an access token of theirs.
func (w *writing) signUp(b *testing.B) string {
	b.Helper()
	grant, err := w.db.SignUp(b.Context(), models.SignUpInput{Username: "reader", Email: "reader@example.com", Password: "correct horse battery",
		DisplayName: "Reader", Locale: "ko", TimeZone: "Asia/Seoul"})
	if err != nil {
		b.Fatal(err)
	}
	token, _, err := w.resolver.Keys.Sign(grant.UserID, grant.SessionID)
	if err != nil {
		b.Fatal(err)
	}
	return token
}

// readAnswer gives the body of a response that names its length.
func readAnswer(b *testing.B, from *bufio.Reader) []byte {
	b.Helper()
	length := 0
	for {
		line, err := from.ReadSlice('\n')
		if err != nil {
			b.Fatal(err)
		}
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			break
		}
		if name, value, _ := bytes.Cut(line, []byte(": ")); string(name) == "Content-Length" {
			if length, err = strconv.Atoi(string(value)); err != nil {
				b.Fatal(err)
			}
		}
	}
	body := make([]byte, length)
	if _, err := io.ReadFull(from, body); err != nil {
		b.Fatal(err)
	}
	return body
}
