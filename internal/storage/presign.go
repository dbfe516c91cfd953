package storage

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// MaxPresignTTL is the longest life S3 gives a presigned address.
const MaxPresignTTL = 7 * 24 * time.Hour

// PresignPut makes an address to which exactly size bytes of the given type can be PUT once or more until ttl has passed.
// The client has to send the returned headers as they are: type and length are part of the signature.
func (s *Store) PresignPut(ctx context.Context, key, contentType string, size int64, ttl time.Duration) (address string, headers map[string]string, err error) {
	if size <= 0 || ttl < time.Second || ttl > MaxPresignTTL {
		return "", nil, fmt.Errorf("storage: presign %s: size %d, ttl %s", key, size, ttl)
	}
	request, err := s.presign.PresignPutObject(ctx, &s3.PutObjectInput{
		Bucket: &s.config.Bucket, Key: &key, ContentType: &contentType, ContentLength: aws.Int64(size),
	}, s3.WithPresignExpires(ttl))
	if err != nil {
		return "", nil, fmt.Errorf("storage: presign %s: %w", key, err)
	}
	headers = map[string]string{}
	for name, values := range request.SignedHeader {
		// Every HTTP client sets Host itself, and browsers forbid a script to.
		if name = http.CanonicalHeaderKey(name); name != "Host" {
			headers[name] = strings.Join(values, ",")
		}
	}
	return request.URL, headers, nil
}
