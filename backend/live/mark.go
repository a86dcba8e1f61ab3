package live

// A Mark stores how far a reader has read, for the next run of the program. The
// Mark of a feed has its Last-Event-ID (HTML, 9.2.3) in Text. It is saved in the
// transaction that appends the feed's messages, so the two always agree.
type Mark struct {
	Name   string // "feed/12", "rule/3"
	Number int64  // of the last message examined; or Newest, when it is appended
	Text   string
	Ended  bool // when it is appended: deletes the mark
}

// Newest, as the Number of a Mark that is appended, stands for the number of
// the last message appended with it.
const Newest = -1
