package resolvers

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"time"

	"styleshare/graph/model"
	"styleshare/internal/fault"
	"styleshare/internal/storage"
	"styleshare/models"
)

// CreateUpload begins an upload.
func (r mutation) CreateUpload(ctx context.Context, input model.CreateUploadInput) (*model.CreateUploadPayload, error) {
	a, err := attempt(ctx, "createUpload", input.ClientMutationID, input)
	var id int64
	if err == nil {
		id, err = r.DB.CreatePhoto(ctx, a, input.ContentType, int64(input.ByteSize))
	}
	faults, err := userErrors(ctx, err)
	payload := &model.CreateUploadPayload{ClientMutationID: input.ClientMutationID, UserErrors: faults}
	if err != nil || len(faults) > 0 {
		return payload, err
	}
	if payload.Photo, err = r.Loaders.Photo(ctx, id); err != nil || payload.Photo == nil {
		return payload, err
	}
	payload.Upload, err = r.uploadRequest(ctx, payload.Photo.Photo)
	return payload, err
}

// uploadRequest signs the request that the phone sends to the object store.
func (r mutation) uploadRequest(ctx context.Context, p *models.Photo) (*model.UploadRequest, error) {
	expires := time.Now().Add(models.UploadTTL)
	address, headers, err := r.Store.PresignPut(ctx, p.OriginalKey(), p.ContentType, p.ByteSize, models.UploadTTL)
	if err != nil {
		return nil, err
	}
	upload := &model.UploadRequest{Method: "PUT", URL: address, ExpiresAt: expires, Headers: []*model.HTTPHeader{}}
	for name, value := range headers {
		upload.Headers = append(upload.Headers, &model.HTTPHeader{Name: name, Value: value})
	}
	slices.SortFunc(upload.Headers, func(a, b *model.HTTPHeader) int { return strings.Compare(a.Name, b.Name) })
	return upload, nil
}

// headTimeout bounds the look at the store: the thumbnails job looks again, so a slow store need not hold the phone up.
const headTimeout = 2 * time.Second

// CompleteUpload has the renditions made.
func (r mutation) CompleteUpload(ctx context.Context, input model.CompleteUploadInput) (*model.CompleteUploadPayload, error) {
	id, faults, err := changing(ctx, "Photo", "photoId", input.PhotoID, "completeUpload", input.ClientMutationID, input, r.completeUpload)
	payload := &model.CompleteUploadPayload{ClientMutationID: input.ClientMutationID, UserErrors: faults}
	if err == nil {
		payload.Photo, err = object(ctx, faults, id, r.Loaders.Photo)
	}
	return payload, err
}

func (r mutation) completeUpload(ctx context.Context, a models.Attempt, photoID int64) (int64, error) {
	photo, err := r.DB.OwnPhoto(ctx, a.UserID, photoID)
	if err != nil {
		return 0, err
	}
	if photo.State == models.PhotoAwaitingUpload {
		headCtx, cancel := context.WithTimeout(ctx, headTimeout)
		defer cancel()
		switch _, err = r.Store.Head(headCtx, photo.OriginalKey()); {
		case errors.Is(err, storage.ErrNotFound):
			return 0, fault.Reject("photoId", fault.NotReady, "upload_missing")
		case err != nil:
			slog.WarnContext(ctx, "object store not asked for an upload, the job will", "error", err)
		}
	}
	return r.DB.CompletePhoto(ctx, a, photoID)
}
