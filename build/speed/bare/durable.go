package bare

import (
	"database/sql/driver"
	"net/http"
	"net/url"
	"path/filepath"
	"sync"
	"time"

	"github.com/mattn/go-sqlite3"
)

// NewDurable returns the durable bare server. It creates its database in dir.
func NewDurable(dir string) (http.Handler, error) {
	conn, err := open(filepath.Join(dir, "bare.db"), url.Values{})
	if err != nil {
		return nil, err
	}
	_, err = conn.Exec("CREATE TABLE messages (number INTEGER PRIMARY KEY, received INTEGER NOT NULL, data TEXT NOT NULL) STRICT", nil)
	if err != nil {
		return nil, err
	}
	p := preparer{conn: conn}
	c := &committer{
		wake:     make(chan struct{}, 1),
		begin:    p.prepare("BEGIN IMMEDIATE"),
		insert:   p.prepare("INSERT INTO messages (number, received, data) VALUES (?, ?, ?)"),
		commit:   p.prepare("COMMIT"),
		rollback: p.prepare("ROLLBACK"),
	}
	if p.err != nil {
		return nil, p.err
	}
	s := newServer()
	c.log = &s.log
	s.store = c.store
	go c.run()
	return s.handler(), nil
}

// open opens a connection of the driver, because database/sql costs more than the
// INSERT of a small message.
func open(path string, options url.Values) (*sqlite3.SQLiteConn, error) {
	options.Set("_journal_mode", "WAL")
	options.Set("_synchronous", "FULL")
	options.Set("_mutex", "no") // one goroutine uses it at a time
	conn, err := (&sqlite3.SQLiteDriver{}).Open("file:" + path + "?" + options.Encode())
	if err != nil {
		return nil, err
	}
	return conn.(*sqlite3.SQLiteConn), nil
}

// A preparer prepares statements and remembers the first error.
type preparer struct {
	conn *sqlite3.SQLiteConn
	err  error
}

func (p *preparer) prepare(query string) *sqlite3.SQLiteStmt {
	if p.err != nil {
		return nil
	}
	stmt, err := p.conn.Prepare(query)
	if err != nil {
		p.err = err
		return nil
	}
	return stmt.(*sqlite3.SQLiteStmt)
}

// A committer commits messages. All messages that arrive during a commit share the
// next transaction.
type committer struct {
	log  *log
	wake chan struct{} // buffered, so that store never blocks on it

	begin, insert, commit, rollback *sqlite3.SQLiteStmt

	mu    sync.Mutex
	queue []*entry
}

// An entry is a message waiting for its commit.
type entry struct {
	data   []byte
	number int64
	done   chan error
}

func (c *committer) store(data []byte) (int64, error) {
	e := &entry{data: data, done: make(chan error, 1)}
	c.mu.Lock()
	c.queue = append(c.queue, e)
	c.mu.Unlock()
	select {
	case c.wake <- struct{}{}:
	default:
	}
	err := <-e.done
	return e.number, err
}

func (c *committer) run() {
	var batch []*entry
	var messages [][]byte
	for range c.wake {
		c.mu.Lock()
		batch, c.queue = c.queue, batch[:0]
		c.mu.Unlock()
		if len(batch) == 0 {
			continue
		}
		err := c.write(batch)
		if err == nil {
			messages = messages[:0]
			for _, e := range batch {
				messages = append(messages, e.data)
			}
			c.log.append(messages...)
		}
		for _, e := range batch {
			e.done <- err
		}
	}
}

// write commits a batch. Only the committer appends to the log, so the messages get
// the numbers after its last one.
func (c *committer) write(batch []*entry) error {
	if _, err := c.begin.Exec(nil); err != nil {
		return err
	}
	received := time.Now().UnixMicro()
	for i, e := range batch {
		e.number = c.log.last + int64(i) + 1
		if _, err := c.insert.Exec([]driver.Value{e.number, received, string(e.data)}); err != nil {
			c.rollback.Exec(nil)
			return err
		}
	}
	if _, err := c.commit.Exec(nil); err != nil {
		c.rollback.Exec(nil)
		return err
	}
	return nil
}
