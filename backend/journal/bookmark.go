package journal

import (
	"context"

	"signalbox/backend/live"
)

// Bookmarks returns a page of bookmarks.
func (j *Journal) Bookmarks(ctx context.Context, q live.BookmarkQuery) (live.BookmarkPage, error) {
	p, err := j.store.Bookmarks(ctx, q)
	return p, j.storeError(err)
}

// Bookmarked returns the numbers of the messages that have a bookmark.
func (j *Journal) Bookmarked() (map[int64]bool, error) {
	numbers, err := j.store.Bookmarked(context.Background())
	return numbers, j.storeError(err)
}

// Bookmark returns the bookmark of a message, and whether there is one.
func (j *Journal) Bookmark(ctx context.Context, number int64) (live.Bookmark, bool, error) {
	p, err := j.Bookmarks(ctx, live.BookmarkQuery{After: number - 1, Before: number + 1, Limit: 1})
	if err != nil || len(p.Bookmarks) == 0 {
		return live.Bookmark{}, false, err
	}
	return p.Bookmarks[0], true, nil
}

// PutBookmark marks a message, or changes the comment of its bookmark. Errors:
// "bad_comment", "not_found", "too_many_bookmarks".
func (j *Journal) PutBookmark(ctx context.Context, number int64, comment string) error {
	if err := live.CheckComment(comment); err != nil {
		return err
	}
	return j.changeBookmark(ctx, func() (bool, error) {
		return j.store.PutBookmark(context.Background(), number, comment, j.opt.Now())
	})
}

// RemoveBookmark removes a bookmark. RestoreBookmark can undo that for
// live.BookmarkRestore. Error: "not_found".
func (j *Journal) RemoveBookmark(ctx context.Context, number int64) error {
	return j.changeBookmark(ctx, func() (bool, error) {
		return j.store.RemoveBookmark(context.Background(), number, j.opt.Now())
	})
}

// RestoreBookmark undoes a removal. Error: "not_found" if it is too late.
func (j *Journal) RestoreBookmark(ctx context.Context, number int64) error {
	return j.changeBookmark(ctx, func() (bool, error) {
		return j.store.RestoreBookmark(context.Background(), number, j.opt.Now())
	})
}

// changeBookmark runs change in the writer.
func (j *Journal) changeBookmark(ctx context.Context, change func() (bool, error)) error {
	return j.runTask(ctx, func() error {
		found, err := change()
		if err == nil && !found {
			return live.Errorf("not_found/bookmark", "There is no such bookmark or message.")
		}
		if err == nil {
			j.bookmarkChanges.Add(1)
		}
		return err
	})
}

// BookmarkChanges returns how often bookmarks were changed since the start of the
// program.
func (j *Journal) BookmarkChanges() int64 { return j.bookmarkChanges.Load() }
