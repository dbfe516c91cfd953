// Package storage keeps photos in an S3 bucket. Phones upload originals themselves, with an address signed here;
// originals stay private, and what lies under renditions/ may be read by everybody.
package storage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"styleshare/internal/tracing"
)

// PublicPrefix begins the keys of the objects that everybody may read.
const PublicPrefix = "renditions/"

// ErrNotFound is returned for an object that is not there.
var ErrNotFound = errors.New("storage: no such object")

// ErrTooLarge is returned by Get for an object of more bytes than the caller takes.
var ErrTooLarge = errors.New("storage: object too large")

// Bounds of one call. Several attempts share the context's deadline; a single one never takes longer than attemptTimeout,
// which suffices for the largest original (32 MB) at 10 Mbit/s.
const (
	attempts       = 3
	attemptTimeout = 30 * time.Second
	maxBackoff     = 2 * time.Second
)

// Config says which bucket, and how to reach it.
type Config struct {
	// Endpoint is the address that requests go to and that presigned addresses carry, so phones must reach it too. Empty
	// means AWS itself; anything else is asked in path style (endpoint/bucket/key).
	Endpoint string
	Bucket   string
	// PublicURL is what the keys of renditions are appended to: a CDN, or the bucket's own address, which is the default.
	PublicURL string
	Region    string
	// AccessKeyID and SecretAccessKey may both be empty: then the SDK looks for credentials in its usual places.
	AccessKeyID     string
	SecretAccessKey string
}

// Store is a bucket. It is safe for use by several goroutines.
type Store struct {
	config Config
	// publicBase is Config.PublicURL with a slash at its end.
	publicBase string
	client     *s3.Client
	presign    *s3.PresignClient
}

// New makes a Store. It asks nothing of the bucket yet; see Ping.
func New(ctx context.Context, c Config) (*Store, error) {
	options := []func(*awsconfig.LoadOptions) error{
		awsconfig.WithRegion(c.Region),
		awsconfig.WithHTTPClient(newHTTPClient()),
		awsconfig.WithRetryer(func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) {
				o.MaxAttempts = attempts
				o.MaxBackoff = maxBackoff
			})
		}),
	}
	if c.AccessKeyID != "" {
		options = append(options, awsconfig.WithCredentialsProvider(
			credentials.NewStaticCredentialsProvider(c.AccessKeyID, c.SecretAccessKey, "")))
	}
	loaded, err := awsconfig.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return nil, fmt.Errorf("storage: %w", err)
	}
	client := s3.NewFromConfig(loaded, func(o *s3.Options) {
		if c.Endpoint != "" {
			o.BaseEndpoint = aws.String(c.Endpoint)
			o.UsePathStyle = true
		}
		// Stores other than AWS do not all know the newer checksums, and TLS protects the bytes on their way.
		o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
		o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
		if tracing.Enabled() {
			o.APIOptions = append(o.APIOptions, traceCalls)
		}
	})
	if c.PublicURL == "" {
		c.PublicURL = ownAddress(c)
	}
	return &Store{config: c, publicBase: strings.TrimSuffix(c.PublicURL, "/") + "/", client: client, presign: s3.NewPresignClient(client)}, nil
}

// ownAddress is where the bucket itself answers.
func ownAddress(c Config) string {
	if c.Endpoint != "" {
		return strings.TrimSuffix(c.Endpoint, "/") + "/" + c.Bucket
	}
	return "https://" + c.Bucket + ".s3." + c.Region + ".amazonaws.com"
}

// newHTTPClient stays the SDK's own kind of client: only that one honours AWS_CA_BUNDLE.
func newHTTPClient() *awshttp.BuildableClient {
	return awshttp.NewBuildableClient().WithTimeout(attemptTimeout).WithTransportOptions(func(t *http.Transport) {
		t.MaxIdleConnsPerHost = 64 // the default makes parallel workers dial anew all the time
	})
}

// PublicURL is the address at which everybody can read a rendition.
func (s *Store) PublicURL(key string) string {
	if strings.ContainsFunc(key, needsEscape) {
		u := url.URL{Path: key}
		key = u.EscapedPath()
	}
	return s.publicBase + strings.TrimPrefix(key, "/")
}

// needsEscape is false for all that the keys of renditions consist of.
func needsEscape(r rune) bool {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '/', r == '-', r == '_', r == '.':
		return false
	}
	return true
}

// Info is what the store knows of an object without its bytes.
type Info struct {
	Size        int64 // bytes
	ContentType string
	ETag        string
}

// Head asks for an object's size and type; ErrNotFound when it is not there.
func (s *Store) Head(ctx context.Context, key string) (Info, error) {
	out, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &s.config.Bucket, Key: &key})
	if err != nil {
		return Info{}, wrap("head", key, err)
	}
	return Info{Size: aws.ToInt64(out.ContentLength), ContentType: aws.ToString(out.ContentType), ETag: aws.ToString(out.ETag)}, nil
}

// Get reads a whole object of at most maxBytes: ErrTooLarge beyond, ErrNotFound when it is not there.
func (s *Store) Get(ctx context.Context, key string, maxBytes int64) ([]byte, error) {
	out, err := s.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &s.config.Bucket, Key: &key})
	if err != nil {
		return nil, wrap("get", key, err)
	}
	defer func() { _ = out.Body.Close() }()
	size := aws.ToInt64(out.ContentLength)
	if size > maxBytes {
		return nil, fmt.Errorf("%w: %s has %d bytes, at most %d are taken", ErrTooLarge, Shown(key), size, maxBytes)
	}
	buf := bytes.NewBuffer(make([]byte, 0, max(size, 0)+bytes.MinRead)) // room to see the end without growing
	if _, err := buf.ReadFrom(io.LimitReader(out.Body, maxBytes+1)); err != nil {
		return nil, wrap("get", key, err)
	}
	if int64(buf.Len()) > maxBytes {
		return nil, fmt.Errorf("%w: %s has more than %d bytes", ErrTooLarge, Shown(key), maxBytes)
	}
	return buf.Bytes(), nil
}

// Put writes an object, replacing what was there.
func (s *Store) Put(ctx context.Context, key, contentType, cacheControl string, body []byte) error {
	in := &s3.PutObjectInput{
		Bucket: &s.config.Bucket, Key: &key, Body: bytes.NewReader(body),
		ContentLength: aws.Int64(int64(len(body))), ContentType: &contentType,
	}
	if cacheControl != "" {
		in.CacheControl = &cacheControl
	}
	if _, err := s.client.PutObject(ctx, in); err != nil {
		return wrap("put", key, err)
	}
	return nil
}

// ErrExists is returned by PutNew for an object that is there.
var ErrExists = errors.New("storage: the object is there already")

// PutNew writes an object that is not there yet: ErrExists where somebody was faster.
func (s *Store) PutNew(ctx context.Context, key, contentType string, body []byte) error {
	_, err := s.client.PutObject(ctx, &s3.PutObjectInput{
		Bucket: &s.config.Bucket, Key: &key, Body: bytes.NewReader(body),
		ContentLength: aws.Int64(int64(len(body))), ContentType: &contentType, IfNoneMatch: aws.String("*"),
	})
	var response interface{ HTTPStatusCode() int }
	switch {
	case err == nil:
		return nil
	case errors.As(err, &response) && (response.HTTPStatusCode() == http.StatusPreconditionFailed || response.HTTPStatusCode() == http.StatusConflict):
		return fmt.Errorf("%w: %s", ErrExists, Shown(key)) // a conflict: two wrote at once, and the other one won
	}
	return wrap("put", key, err)
}

// deleteBatch is the most keys that S3 takes in one DeleteObjects.
const deleteBatch = 1000

// Delete removes objects; those that are not there count as removed.
func (s *Store) Delete(ctx context.Context, keys ...string) error {
	for len(keys) > 0 {
		n := min(len(keys), deleteBatch)
		objects := make([]types.ObjectIdentifier, n)
		for i, key := range keys[:n] {
			objects[i].Key = aws.String(key)
		}
		out, err := s.client.DeleteObjects(ctx, &s3.DeleteObjectsInput{
			Bucket: &s.config.Bucket, Delete: &types.Delete{Objects: objects, Quiet: aws.Bool(true)},
		})
		if err != nil {
			return wrap("delete", keys[0], err)
		}
		for _, e := range out.Errors {
			if aws.ToString(e.Code) != "NoSuchKey" {
				return fmt.Errorf("storage: delete %s: %s: %s", Shown(aws.ToString(e.Key)), aws.ToString(e.Code), aws.ToString(e.Message))
			}
		}
		keys = keys[n:]
	}
	return nil
}

// Ping tells whether the bucket is there and may be used.
func (s *Store) Ping(ctx context.Context) error {
	if _, err := s.client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &s.config.Bucket}); err != nil {
		return fmt.Errorf("storage: bucket %s: %w", s.config.Bucket, err)
	}
	return nil
}

// wrap adds what was tried; a missing object becomes ErrNotFound.
func wrap(verb, key string, err error) error {
	var response interface{ HTTPStatusCode() int }
	var noKey *types.NoSuchKey
	var notFound *types.NotFound
	switch {
	case errors.As(err, &noKey), errors.As(err, &notFound):
		return fmt.Errorf("%w: %s", ErrNotFound, Shown(key))
	case errors.As(err, &response) && response.HTTPStatusCode() == http.StatusNotFound && verb == "head":
		return fmt.Errorf("%w: %s", ErrNotFound, Shown(key))
	}
	return fmt.Errorf("storage: %s %s: %w", verb, Shown(key), &redacted{err, key})
}

// Shown is a key as an error may show it: what stands behind its first "-" is a secret that opens the object.
func Shown(key string) string {
	name, secret, found := strings.Cut(key, "-")
	if !found || secret == "" {
		return key
	}
	return name + "-…"
}

// redacted is an error of the SDK, which likes to repeat the address that it asked for.
type redacted struct {
	error
	key string
}

// Error leaves the secret of the key out.
func (e *redacted) Error() string { return strings.ReplaceAll(e.error.Error(), e.key, Shown(e.key)) }

// Unwrap gives the error itself, for code only.
func (e *redacted) Unwrap() error { return e.error }

// PrivateURL is where the bucket itself has an object. Whoever has no signature must not get it there, unless it is a
// rendition.
func (s *Store) PrivateURL(key string) string {
	return ownAddress(s.config) + "/" + (&url.URL{Path: key}).EscapedPath()
}
