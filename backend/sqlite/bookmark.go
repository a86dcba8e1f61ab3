package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/sqlite/conn"
)

// Bookmarks returns a page of bookmarks.
func (db *DB) Bookmarks(ctx context.Context, q live.BookmarkQuery) (live.BookmarkPage, error) {
	page, err := db.bookmarks(ctx, q)
	if err != nil {
		return live.BookmarkPage{}, conn.UserError(fmt.Errorf("read the bookmarks: %w", err))
	}
	return page, nil
}

// Bookmarked returns the numbers of the messages that have a bookmark.
func (db *DB) Bookmarked(ctx context.Context) (map[int64]bool, error) {
	rows, err := db.file.Screens.QueryContext(ctx, "SELECT number FROM bookmarks WHERE removed = 0")
	if err != nil {
		return nil, conn.UserError(fmt.Errorf("read the bookmarks: %w", err))
	}
	defer rows.Close()
	numbers := make(map[int64]bool)
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return nil, fmt.Errorf("read the bookmarks: %w", err)
		}
		numbers[n] = true
	}
	return numbers, conn.UserError(rows.Err())
}

func (db *DB) bookmarks(ctx context.Context, q live.BookmarkQuery) (page live.BookmarkPage, err error) {
	text := `SELECT number, source, received, kind, connection, again IS NOT NULL, size, type, ifnull(id, ''), excerpt, comment, created, changed,
		NOT EXISTS (SELECT 1 FROM messages WHERE messages.number = bookmarks.number)
		FROM bookmarks WHERE removed = 0 AND number > ?`
	args := []any{q.After}
	if q.Before > 0 {
		text, args = text+" AND number < ?", append(args, q.Before)
	}
	if len(q.Sources) > 0 {
		ids, err := json.Marshal(q.Sources)
		if err != nil {
			return page, err
		}
		text, args = text+" AND source IN (SELECT value FROM json_each(?))", append(args, string(ids))
	}
	text += " ORDER BY number"
	if q.Newest {
		text += " DESC"
	}
	rows, err := db.file.Screens.QueryContext(ctx, text+" LIMIT ?", append(args, q.Limit+1)...)
	if err != nil {
		return page, err
	}
	defer rows.Close()
	for rows.Next() {
		if page.More = len(page.Bookmarks) == q.Limit; page.More {
			break
		}
		b, err := scanBookmark(rows)
		if err != nil {
			return page, err
		}
		page.Bookmarks = append(page.Bookmarks, b)
	}
	if q.Newest {
		slices.Reverse(page.Bookmarks)
	}
	return page, rows.Err()
}

func scanBookmark(rows *sql.Rows) (b live.Bookmark, err error) {
	m := &b.Message
	var received, created, changed int64
	err = rows.Scan(&m.Number, &m.Source, &received, &m.Kind, &m.Connection, &m.DuplicateID, &b.Size, &m.Type, &m.ID, &m.Data,
		&b.Comment, &created, &changed, &b.Gone)
	m.Received, b.Created, b.Changed = conn.Time(received), conn.Time(created), conn.Time(changed)
	return b, err
}

// PutBookmark marks a message, or changes the comment of its bookmark. It returns
// false if there is neither the message nor a bookmark of it. Error:
// "too_many_bookmarks".
func (db *DB) PutBookmark(_ context.Context, number int64, comment string, now time.Time) (found bool, err error) {
	w, at := db.file.Writer, conn.Micros(now)
	err = db.file.TxWithReserve(func() error {
		if _, err := w.Exec("DELETE FROM bookmarks WHERE removed <> 0 AND removed < ?", conn.Micros(now.Add(-live.BookmarkRestore))); err != nil {
			return err
		}
		found, err = w.Changes(`UPDATE bookmarks SET comment = ?1, changed = ?2, created = iif(removed = 0, created, ?2), removed = 0
			WHERE number = ?3`, comment, at, number)
		if found || err != nil {
			return err
		}
		found, err = db.addBookmark(number, comment, at)
		return err
	})
	return found, conn.UserError(err)
}

// addBookmark copies what a bookmark keeps of its message.
func (db *DB) addBookmark(number int64, comment string, at int64) (found bool, err error) {
	w := db.file.Writer
	n, err := w.Int64("SELECT count(*) FROM bookmarks WHERE removed = 0")
	if err != nil {
		return false, err
	}
	if n >= live.MaxBookmarks {
		return false, live.Errorf("too_many_bookmarks", "There are {max} bookmarks, which is the most.", "max", live.MaxBookmarks).
			WithHint("Remove some that you no longer need.")
	}
	var row []driver.Value
	err = w.Each(func(v []driver.Value) { row = slices.Clone(v) }, `SELECT source, received, kind, connection, again, size, type, id,
		CASE WHEN kind = 0 AND size > ?1 THEN substr(CAST(data AS BLOB), 1, ?1) ELSE data END
		FROM messages WHERE number = ?2`, int64(live.BookmarkExcerpt), number)
	if err != nil || row == nil {
		return false, err
	}
	const typ, id, excerpt = 6, 7, 8
	row[typ], row[id] = cutName(row[typ]), cutName(row[id])
	if cut, ok := row[excerpt].([]byte); ok {
		row[excerpt] = strings.ToValidUTF8(string(cut), "") // cut within a character
	}
	_, err = w.Exec(`INSERT INTO bookmarks (number, comment, created, changed, source, received, kind, connection, again, size, type, id, excerpt)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, append([]driver.Value{number, comment, at, at}, row...)...)
	return err == nil, err
}

// cutName cuts a type or an id.
func cutName(v driver.Value) driver.Value {
	if s, ok := v.(string); ok && len(s) > live.PreviewNames {
		return strings.ToValidUTF8(s[:live.PreviewNames], "")
	}
	return v
}

// RemoveBookmark removes a bookmark. RestoreBookmark undoes that for
// live.BookmarkRestore. It returns false if there is none.
func (db *DB) RemoveBookmark(_ context.Context, number int64, now time.Time) (found bool, err error) {
	err = db.file.TxWithReserve(func() (err error) {
		found, err = db.file.Writer.Changes("UPDATE bookmarks SET removed = ? WHERE number = ? AND removed = 0", conn.Micros(now), number)
		return err
	})
	return found, conn.UserError(err)
}

// RestoreBookmark undoes a removal. It returns false if it is too late.
func (db *DB) RestoreBookmark(_ context.Context, number int64, now time.Time) (found bool, err error) {
	err = db.file.TxWithReserve(func() (err error) {
		found, err = db.file.Writer.Changes("UPDATE bookmarks SET removed = 0 WHERE number = ? AND removed >= ?",
			number, conn.Micros(now.Add(-live.BookmarkRestore)))
		return err
	})
	return found, conn.UserError(err)
}
