#include "textflag.h"

// func convolveAVX2(dst, src *byte, stride int, weights *uint32, pairs, width int)
//
// Each step takes two rows of 16 samples, pairs them up and multiplies and adds each pair with its two weights. What is
// left of the width is done by going over the last 16 samples again.
TEXT ·convolveAVX2(SB), NOSPLIT, $0-48
	MOVQ dst+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ stride+16(FP), R8
	MOVQ weights+24(FP), R9
	MOVQ pairs+32(FP), R10
	MOVQ width+40(FP), R11
	MOVL $8192, AX // half of a unit
	MOVQ AX, X15
	VPBROADCASTD X15, Y15
	XORQ DX, DX
columns:
	VMOVDQA Y15, Y0
	VMOVDQA Y15, Y1
	LEAQ (SI)(DX*1), R12
	MOVQ R9, R13
	MOVQ R10, CX
rows:
	VPBROADCASTD (R13), Y7
	VMOVDQU (R12), X2
	VMOVDQU (R12)(R8*1), X3
	VPUNPCKLBW X3, X2, X4
	VPUNPCKHBW X3, X2, X5
	VPMOVZXBW X4, Y4
	VPMOVZXBW X5, Y5
	VPMADDWD Y7, Y4, Y4
	VPMADDWD Y7, Y5, Y5
	VPADDD Y4, Y0, Y0
	VPADDD Y5, Y1, Y1
	LEAQ (R12)(R8*2), R12
	ADDQ $4, R13
	DECQ CX
	JNZ rows
	VPSRAD $14, Y0, Y0
	VPSRAD $14, Y1, Y1
	VPACKSSDW Y1, Y0, Y0
	VPERMQ $0xD8, Y0, Y0
	VEXTRACTI128 $1, Y0, X1
	VPACKUSWB X1, X0, X0
	VMOVDQU X0, (DI)(DX*1)
	ADDQ $16, DX
	LEAQ 16(DX), AX
	CMPQ AX, R11
	JLE columns
	CMPQ DX, R11
	JGE done
	LEAQ -16(R11), DX
	JMP columns
done:
	VZEROUPPER
	RET

// func transposeAVX2(dst *byte, dstStride int, src *byte, srcStride, blocks int)
TEXT ·transposeAVX2(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), DI
	MOVQ dstStride+8(FP), R8
	MOVQ src+16(FP), SI
	MOVQ srcStride+24(FP), R9
	MOVQ blocks+32(FP), CX
	LEAQ (R9)(R9*2), R10
	LEAQ (R8)(R8*2), R11
block:
	LEAQ (SI)(R9*4), AX
	VMOVQ (SI), X0
	VMOVQ (SI)(R9*1), X1
	VMOVQ (SI)(R9*2), X2
	VMOVQ (SI)(R10*1), X3
	VMOVQ (AX), X4
	VMOVQ (AX)(R9*1), X5
	VMOVQ (AX)(R9*2), X6
	VMOVQ (AX)(R10*1), X7
	VPUNPCKLBW X1, X0, X0
	VPUNPCKLBW X3, X2, X2
	VPUNPCKLBW X5, X4, X4
	VPUNPCKLBW X7, X6, X6
	VPUNPCKLWD X2, X0, X1
	VPUNPCKHWD X2, X0, X3
	VPUNPCKLWD X6, X4, X5
	VPUNPCKHWD X6, X4, X7
	VPUNPCKLDQ X5, X1, X0
	VPUNPCKHDQ X5, X1, X2
	VPUNPCKLDQ X7, X3, X4
	VPUNPCKHDQ X7, X3, X6
	LEAQ (DI)(R8*4), BX
	VMOVQ X0, (DI)
	VMOVHPS X0, (DI)(R8*1)
	VMOVQ X2, (DI)(R8*2)
	VMOVHPS X2, (DI)(R11*1)
	VMOVQ X4, (BX)
	VMOVHPS X4, (BX)(R8*1)
	VMOVQ X6, (BX)(R8*2)
	VMOVHPS X6, (BX)(R11*1)
	ADDQ $8, SI
	LEAQ (DI)(R8*8), DI
	DECQ CX
	JNZ block
	RET
