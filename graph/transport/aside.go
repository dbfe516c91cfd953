package transport

// aside runs f on a goroutine of its own and waits for it: what goes on to wait for hours should not keep the stack that f
// has grown.
func aside(f func()) {
	var panicked any
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() { panicked = recover() }()
		f()
	}()
	<-done
	if panicked != nil {
		panic(panicked) // where the caller's recover sees it
	}
}
