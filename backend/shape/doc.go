// Package shape notices when the data of messages changes its shape: a field that
// is new, missing, or of another type than in the earlier messages of its type and
// source. It says so once, as a note among the messages of the source.
//
// It reads behind the commits, a bounded number of messages of each source once a
// second, so that it slows no feed: of a fast one it sees a sample. What it knows
// is bounded too, and stored, so that a restart tells nothing again.
//
// Many objects have names that are data, such as ids. Once several of its names
// were new one after the other, an object is open: what is in it counts no more.
//
// Read shape.go first, which is the knowledge of one type of message, then
// watch.go.
package shape
