package conn

import (
	"context"
	"net/url"

	"github.com/mattn/go-sqlite3"
)

// copyPages is how many pages are copied at a time: about a millisecond.
const copyPages = 256

// Copy copies the database in the file from into the file to, with what is in its
// log, as it was at one moment. Other programs may write to it meanwhile: they never
// wait for the copy, but their log is not shortened before it ends. It calls progress
// with the number of pages.
func Copy(ctx context.Context, from, to string, progress func(done, total int)) (err error) {
	open := func(path string, options url.Values) (*sqlite3.SQLiteConn, error) {
		options.Set("_busy_timeout", "5000")
		c, err := (&sqlite3.SQLiteDriver{}).Open(dsn(path, options))
		if err != nil {
			return nil, err
		}
		return c.(*sqlite3.SQLiteConn), nil
	}
	source, err := open(from, url.Values{"mode": {"ro"}})
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := open(to, url.Values{})
	if err != nil {
		return err
	}
	defer func() {
		if e := target.Close(); err == nil {
			err = e
		}
	}()
	// All steps read one snapshot. Without a transaction each commit of another
	// connection would begin the copy anew.
	if _, err := source.Exec("BEGIN", nil); err != nil {
		return err
	}
	if _, err := source.Exec("SELECT count(*) FROM sqlite_schema", nil); err != nil {
		return err
	}
	b, err := target.Backup("main", source, "main")
	if err != nil {
		return err
	}
	for done := false; !done && err == nil; {
		if err = ctx.Err(); err != nil {
			break
		}
		done, err = b.Step(copyPages)
		progress(b.PageCount()-b.Remaining(), b.PageCount())
	}
	if e := b.Finish(); err == nil {
		err = e
	}
	return err
}
