package desk

import "os"

// PlainGraphics makes GTK and WebKit draw without the graphics card. Text does not
// need it, and WebKit's DMA-BUF renderer shows an empty window with some drivers.
// It keeps environment variables that the user has set. Call it before the window
// is created.
func PlainGraphics() {
	for name, value := range map[string]string{"GDK_GL": "disable", "WEBKIT_DISABLE_DMABUF_RENDERER": "1"} {
		if _, set := os.LookupEnv(name); !set {
			os.Setenv(name, value)
		}
	}
}
