package sqlite

// WithMaxPages makes the disk full at so many pages.
var WithMaxPages = withMaxPages
