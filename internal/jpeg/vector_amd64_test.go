package jpeg

func setAVX2(on bool) { useAVX2 = on }

// hasAVX2 is what this processor can.
var hasAVX2 = useAVX2
