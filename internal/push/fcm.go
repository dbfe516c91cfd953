package push

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/jwt"
)

const (
	fcmHost = "https://fcm.googleapis.com"
	// fcmLimit is the documented size of a message in bytes. What counts exactly is not documented, so the whole
	// request body without the token is held below it.
	fcmLimit = 4096
)

type fcm struct {
	client *http.Client
	url    string
}

// newFCM signs in with a service account. base is the client that carries the requests.
func newFCM(account *jwt.Config, project, host string, base *http.Client) *fcm {
	// The library takes its client from a context; the context's end plays no role for it.
	client := account.Client(context.WithValue(context.Background(), oauth2.HTTPClient, base))
	client.Timeout = answerTimeout
	return &fcm{client: client, url: host + "/v1/projects/" + url.PathEscape(project) + "/messages:send"}
}

func (f *fcm) Send(ctx context.Context, token string, n Notification) (Outcome, error) {
	if !validFCMToken(token) {
		return Outcome{Status: Refused}, errMalformed
	}
	body, err := fit(fcmLimit+len(token), n, func(n Notification) any { return fcmBody(token, n) })
	if err != nil {
		return Outcome{Status: Refused}, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, f.url, bytes.NewReader(body))
	if err != nil {
		return Outcome{Status: Refused}, errors.New("push: FCM: the project id makes no address")
	}
	request.Header.Set("Content-Type", "application/json; charset=utf-8")
	asked := time.Now()
	response, err := f.client.Do(request)
	if signIn, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
		return rejected("FCM's sign-in", signIn.Response.StatusCode, signIn.ErrorCode, signIn.Response.Header.Get("Retry-After"))
	}
	if err != nil {
		return unreachable("FCM", err)
	}
	defer drain(response)
	if response.StatusCode == http.StatusOK {
		return Outcome{Status: Delivered}, nil
	}
	var problem fcmProblem
	_ = json.NewDecoder(io.LimitReader(response.Body, maxAnswer)).Decode(&problem) // what is no JSON has no code
	if problem.meansDeadToken(response.StatusCode) {
		return Outcome{Status: DeadToken, DeadSince: asked}, nil
	}
	return rejected("FCM", response.StatusCode, problem.code(), response.Header.Get("Retry-After"))
}

type fcmMessage struct {
	Token        string            `json:"token"`
	Notification fcmNotification   `json:"notification"`
	Data         map[string]string `json:"data,omitempty"`
	Android      fcmAndroid        `json:"android"`
}

type fcmNotification struct {
	Title string `json:"title,omitempty"`
	Body  string `json:"body"`
}

type fcmAndroid struct {
	CollapseKey  string                 `json:"collapse_key,omitempty"`
	Priority     string                 `json:"priority"`
	TTL          string                 `json:"ttl"`
	Notification fcmAndroidNotification `json:"notification"`
}

type fcmAndroidNotification struct {
	// Tag replaces what is already on the screen; collapse_key only what has not been delivered yet.
	Tag   string `json:"tag,omitempty"`
	Count *int   `json:"notification_count,omitempty"`
}

func fcmBody(token string, n Notification) any {
	key := collapseKey(n.CollapseKey, 64)
	return map[string]fcmMessage{"message": {
		Token:        token,
		Notification: fcmNotification{Title: n.Title, Body: n.Body},
		Data:         n.appData(),
		Android: fcmAndroid{
			CollapseKey:  key,
			Priority:     "HIGH",
			TTL:          "86400s", // lifetime
			Notification: fcmAndroidNotification{Tag: key, Count: n.Badge},
		},
	}}
}

// fcmProblem is google.rpc.Status with FCM's details.
type fcmProblem struct {
	Error struct {
		Status  string `json:"status"`
		Message string `json:"message"`
		Details []struct {
			Type            string `json:"@type"`
			ErrorCode       string `json:"errorCode"`
			FieldViolations []struct {
				Field string `json:"field"`
			} `json:"fieldViolations"`
		} `json:"details"`
	} `json:"error"`
}

// code is FCM's own code where there is one, Google's general one otherwise. Both are fixed words: safe for logs.
func (p fcmProblem) code() string {
	for _, d := range p.Error.Details {
		if strings.HasSuffix(d.Type, "google.firebase.fcm.v1.FcmError") && d.ErrorCode != "" {
			return d.ErrorCode
		}
	}
	return p.Error.Status
}

// meansDeadToken is careful: a 404 without UNREGISTERED is a wrong project, and INVALID_ARGUMENT is about the token only
// when it says so, by the field or in its sentence; else it is about our message.
func (p fcmProblem) meansDeadToken(status int) bool {
	switch code := p.code(); {
	case status == http.StatusNotFound && code == "UNREGISTERED":
		return true
	case status == http.StatusBadRequest && code == "INVALID_ARGUMENT":
		for _, d := range p.Error.Details {
			for _, v := range d.FieldViolations {
				if v.Field == "message.token" {
					return true
				}
			}
		}
		return strings.Contains(p.Error.Message, "not a valid FCM registration token")
	default:
		return false
	}
}

// validFCMToken: the format is not documented; it is printable ASCII in practice.
func validFCMToken(t string) bool {
	return len(t) >= 16 && len(t) <= 4096 && !slices.ContainsFunc([]byte(t), func(c byte) bool { return c <= ' ' || c > '~' })
}
