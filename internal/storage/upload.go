package storage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

const (
	// partBytes is what Upload and Download keep in memory.
	partBytes = 8 << 20
	// maxParts is what S3 takes: an object may have 84 GB.
	maxParts = 10_000
)

// Upload writes an object of unknown length, part by part; nothing of it can be read before the last one. What an error
// interrupts is thrown away; what a killed process has begun is left to AbortUploads.
func (s *Store) Upload(ctx context.Context, key, contentType string, body io.Reader) error {
	begun, err := s.client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: &s.config.Bucket, Key: &key, ContentType: &contentType})
	if err != nil {
		return wrap("upload", key, err)
	}
	parts, err := s.uploadParts(ctx, key, begun.UploadId, body)
	if err == nil {
		_, err = s.client.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{Bucket: &s.config.Bucket, Key: &key, UploadId: begun.UploadId,
			MultipartUpload: &types.CompletedMultipartUpload{Parts: parts}})
	}
	if err != nil {
		_ = s.abort(context.WithoutCancel(ctx), key, begun.UploadId)
		return wrap("upload", key, err)
	}
	return nil
}

func (s *Store) uploadParts(ctx context.Context, key string, id *string, body io.Reader) (parts []types.CompletedPart, err error) {
	buffer := make([]byte, partBytes)
	for number, last := int32(1), false; !last; number++ {
		n, err := io.ReadFull(body, buffer)
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			last = true
		case err != nil:
			return nil, err
		}
		if number > maxParts {
			return nil, fmt.Errorf("more than %d parts of %d bytes", maxParts, partBytes)
		}
		out, err := s.client.UploadPart(ctx, &s3.UploadPartInput{Bucket: &s.config.Bucket, Key: &key, UploadId: id, PartNumber: aws.Int32(number),
			Body: bytes.NewReader(buffer[:n]), ContentLength: aws.Int64(int64(n))})
		if err != nil {
			return nil, err
		}
		parts = append(parts, types.CompletedPart{ETag: out.ETag, PartNumber: aws.Int32(number)})
	}
	return parts, nil
}

func (s *Store) abort(ctx context.Context, key string, id *string) error {
	_, err := s.client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: &s.config.Bucket, Key: &key, UploadId: id})
	return err
}

// AbortUploads throws away the parts of uploads under a prefix that were begun before a moment and never ended.
func (s *Store) AbortUploads(ctx context.Context, prefix string, before time.Time) error {
	pages := s3.NewListMultipartUploadsPaginator(s.client, &s3.ListMultipartUploadsInput{Bucket: &s.config.Bucket, Prefix: &prefix})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("storage: list uploads: %w", err)
		}
		for _, u := range page.Uploads {
			if u.Initiated == nil || !u.Initiated.Before(before) {
				continue
			}
			if err = s.abort(ctx, aws.ToString(u.Key), u.UploadId); err != nil {
				return wrap("abort", aws.ToString(u.Key), err)
			}
		}
	}
	return nil
}

// PresignGet makes an address at which a private object can be read until ttl has passed; browsers save it under a name.
func (s *Store) PresignGet(ctx context.Context, key, saveAs string, ttl time.Duration) (string, error) {
	request, err := s.presign.PresignGetObject(ctx, &s3.GetObjectInput{Bucket: &s.config.Bucket, Key: &key,
		ResponseContentDisposition: aws.String(`attachment; filename*=UTF-8''` + url.PathEscape(saveAs))}, s3.WithPresignExpires(ttl))
	if err != nil {
		return "", fmt.Errorf("storage: presign %s: %w", Shown(key), err)
	}
	return request.URL, nil
}
