package storage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// Download writes a whole object to w, part by part, so that an object of any size takes no longer than attemptTimeout a
// request and no more memory than one part. All parts are of one version: an object that is replaced meanwhile is an error.
func (s *Store) Download(ctx context.Context, key string, w io.Writer) error {
	info, err := s.Head(ctx, key)
	if err != nil {
		return err
	}
	buffer := make([]byte, min(partBytes, info.Size))
	for at := int64(0); at < info.Size; {
		part := buffer[:min(partBytes, info.Size-at)]
		if err = s.downloadPart(ctx, key, info.ETag, at, part); err != nil {
			return wrap("get", key, err)
		}
		if _, err = w.Write(part); err != nil {
			return err
		}
		at += int64(len(part))
	}
	return nil
}

// downloadPart reads a part whole before any of it is passed on: one that broke off is asked for again.
func (s *Store) downloadPart(ctx context.Context, key, etag string, at int64, part []byte) (err error) {
	for range attempts {
		var out *s3.GetObjectOutput
		out, err = s.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &s.config.Bucket, Key: &key, IfMatch: &etag,
			Range: aws.String(fmt.Sprintf("bytes=%d-%d", at, at+int64(len(part))-1))})
		if err != nil {
			return err // the SDK has tried again
		}
		_, err = io.ReadFull(out.Body, part)
		_ = out.Body.Close()
		if err == nil || ctx.Err() != nil {
			return err
		}
	}
	return err
}

// IsPublic tells whether an object is given to whoever asks without a signature.
func (s *Store) IsPublic(ctx context.Context, key string) (bool, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodHead, ownAddress(s.config)+"/"+key, nil)
	if err != nil {
		return false, err
	}
	answer, err := newHTTPClient().Do(request)
	if err != nil {
		return false, fmt.Errorf("storage: ask for %s without a signature: %w", Shown(key), errors.Unwrap(err)) // without the address
	}
	_ = answer.Body.Close()
	return answer.StatusCode < http.StatusBadRequest, nil
}
