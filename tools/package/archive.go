package main

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"os"
	"time"
)

// writeArchive writes a .tar.gz with all files under one folder. Owners and times say nothing of who packed it, and when.
func writeArchive(to, folder string, files []file, at time.Time) (err error) {
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	zipped, err := gzip.NewWriterLevel(out, gzip.BestCompression)
	if err != nil {
		return err
	}
	archive := tar.NewWriter(zipped)
	for _, f := range files {
		body, err := os.ReadFile(f.path)
		if err != nil {
			return err
		}
		header := &tar.Header{Format: tar.FormatPAX, Typeflag: tar.TypeReg, Name: folder + "/" + f.name, Size: int64(len(body)),
			Mode: int64(f.mode()), ModTime: at}
		if err = archive.WriteHeader(header); err != nil {
			return err
		}
		if _, err = archive.Write(body); err != nil {
			return err
		}
	}
	return errors.Join(archive.Close(), zipped.Close())
}
