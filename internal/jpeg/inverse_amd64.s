#include "textflag.h"

// Pairs of weights of two coefficients, four times each: of 0 and 2 for the even part, of 1 and 3 for the odd one.
DATA evens<>+0(SB)/4, $0x10001000 // 1, 1
DATA evens<>+4(SB)/4, $0xf0001000 // 1, -1
GLOBL evens<>(SB), RODATA|NOPTR, $8
DATA odds<>+0(SB)/4, $0x08a914e8 // cos, sin
DATA odds<>+4(SB)/4, $0xeb1808a9 // sin, -cos
GLOBL odds<>(SB), RODATA|NOPTR, $8
// What is added before the shifts.
DATA half<>+0(SB)/4, $0x100
DATA half<>+4(SB)/4, $0x2020000 // with 128
GLOBL half<>(SB), RODATA|NOPTR, $8
// The samples 0 and 2, then 1 and 3 of two rows.
DATA weave<>+0(SB)/8, $0x0706030205040100
DATA weave<>+8(SB)/8, $0x0f0e0b0a0d0c0908
GLOBL weave<>(SB), RODATA|NOPTR, $16
DATA spread<>+0(SB)/8, $0x0d0905010c080400
DATA spread<>+8(SB)/8, $0x0f0b07030e0a0602
GLOBL spread<>(SB), RODATA|NOPTR, $16

// func inverse4AVX2(dst *byte, stride int, row *int16, factors *[16]int16, blocks int)
//
// Two blocks at a time, one in each half of a register from the columns on.
TEXT ·inverse4AVX2(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), DI
	MOVQ stride+8(FP), R8
	MOVQ row+16(FP), SI
	MOVQ factors+24(FP), AX
	MOVQ blocks+32(FP), CX
	LEAQ (R8)(R8*2), R9
	VMOVDQU (AX), Y15
	VPBROADCASTD evens<>+0(SB), Y14
	VPBROADCASTD evens<>+4(SB), Y13
	VPBROADCASTD odds<>+0(SB), Y12
	VPBROADCASTD odds<>+4(SB), Y11
	VPBROADCASTD half<>+0(SB), Y10
	VPBROADCASTD half<>+4(SB), Y9
	VBROADCASTI128 weave<>(SB), Y8
	VBROADCASTI128 spread<>(SB), Y7
two:
	VPMULLW (SI), Y15, Y0
	VPMULLW 32(SI), Y15, Y1
	VPERM2I128 $0x20, Y1, Y0, Y2 // rows 0 and 2 of both blocks
	VPERM2I128 $0x31, Y1, Y0, Y3 // rows 1 and 3
	VPMADDWD Y14, Y2, Y0
	VPMADDWD Y13, Y2, Y1
	VPMADDWD Y12, Y3, Y2
	VPMADDWD Y11, Y3, Y3
	VPADDD Y10, Y0, Y0
	VPADDD Y10, Y1, Y1
	VPADDD Y2, Y0, Y4 // row 0
	VPSUBD Y2, Y0, Y0 // row 3
	VPADDD Y3, Y1, Y5 // row 1
	VPSUBD Y3, Y1, Y1 // row 2
	VPSRAD $9, Y4, Y4
	VPSRAD $9, Y5, Y5
	VPSRAD $9, Y1, Y1
	VPSRAD $9, Y0, Y0
	VPACKSSDW Y5, Y4, Y4 // rows 0 and 1
	VPACKSSDW Y0, Y1, Y5 // rows 2 and 3
	// Four rows of four samples; the columns 0 and 2 of all rows are wanted, and 1 and 3.
	VPSHUFB Y8, Y4, Y4 // 02 13 of row 0, 02 13 of row 1
	VPSHUFB Y8, Y5, Y5
	VSHUFPS $0x88, Y5, Y4, Y0 // 02 of rows 0 to 3
	VSHUFPS $0xdd, Y5, Y4, Y1 // 13
	VPMADDWD Y14, Y0, Y2
	VPMADDWD Y13, Y0, Y3
	VPMADDWD Y12, Y1, Y4
	VPMADDWD Y11, Y1, Y5
	VPADDD Y9, Y2, Y2
	VPADDD Y9, Y3, Y3
	VPADDD Y4, Y2, Y0 // column 0
	VPSUBD Y4, Y2, Y2 // column 3
	VPADDD Y5, Y3, Y1 // column 1
	VPSUBD Y5, Y3, Y3 // column 2
	VPSRAD $18, Y0, Y0
	VPSRAD $18, Y1, Y1
	VPSRAD $18, Y2, Y2
	VPSRAD $18, Y3, Y3
	VPACKSSDW Y1, Y0, Y0
	VPACKSSDW Y2, Y3, Y3
	VPACKUSWB Y3, Y0, Y0
	VPSHUFB Y7, Y0, Y0 // rows of four bytes
	VEXTRACTI128 $1, Y0, X1
	VPUNPCKLDQ X1, X0, X2
	VPUNPCKHDQ X1, X0, X3
	VMOVQ X2, (DI)
	VMOVHPS X2, (DI)(R8*1)
	VMOVQ X3, (DI)(R8*2)
	VMOVHPS X3, (DI)(R9*1)
	ADDQ $64, SI
	ADDQ $8, DI
	SUBQ $2, CX
	JGT two
	VZEROUPPER
	RET
