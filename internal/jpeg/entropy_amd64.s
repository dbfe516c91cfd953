#include "go_asm.h"
#include "textflag.h"

// The bit reader lives in SI (next byte), DI (bits) and R8 (count).

// FILL makes sure of 56 bits; eight bytes must be there.
#define FILL \
	MOVQ (SI), BX; BSWAPQ BX; SHRXQ R8, BX, BX; ORQ BX, DI; \
	MOVL $63, BX; SUBL R8, BX; SHRL $3, BX; ADDQ BX, SI; ORL $56, R8

// TAKE reads CX bits, 15 at most, as a signed value into DX (T.81 F.2.2.1).
#define TAKE \
	MOVQ DI, DX; SHRQ $1, DX; MOVL $63, BX; SUBL CX, BX; SHRXQ BX, DX, DX; \
	MOVQ $-1, BX; SHLXQ CX, BX, BX; INCQ BX; \
	MOVQ DI, AX; SARQ $63, AX; NOTQ AX; ANDQ AX, BX; ADDQ BX, DX; \
	SHLXQ CX, DI, DI; SUBL CX, R8

// LOOKUP asks a table of 8-byte entries about the next bits.
#define LOOKUP \
	MOVQ DI, AX; SHRQ $(64-const_lookupBits), AX; MOVQ huffman_pairs(R10)(AX*8), AX

// func readBlocksBMI2(r *bitReader, steps *step, count, at, units int, limit *byte) (left, stopped int)
//
// R13 is the step, R12 where its block's cells are, R11 its places, R10 the table, R9 the coefficient read last. What to return
// to where a block cannot be read to its end is on the stack.
TEXT ·readBlocksBMI2(SB), NOSPLIT, $32-64
	MOVQ r+0(FP), R14
	MOVQ bitReader_data(R14), SI
	ADDQ bitReader_next(R14), SI
	MOVQ bitReader_bits(R14), DI
	MOVQ bitReader_count(R14), R8
	MOVQ at+24(FP), R13
	IMULQ $step__size, R13
	ADDQ steps+8(FP), R13

block:
	CMPQ SI, limit+40(FP)
	JHI stop
	MOVQ SI, next-8(SP)
	MOVQ DI, bits-16(SP)
	MOVQ R8, number-24(SP)
	FILL
	MOVQ step_dc(R13), R10
	MOVQ DI, AX
	SHRQ $(64-const_lookupBits), AX
	MOVWLZX huffman_symbol(R10)(AX*2), AX
	TESTL AX, AX
	JZ giveUp
	SHLXQ AX, DI, DI
	MOVBLZX AL, DX
	SUBL DX, R8
	MOVL AX, CX
	SHRL $8, CX
	CMPL CX, $15
	JHI giveUp
	TAKE
	MOVQ step_predicted(R13), BX
	ADDL (BX), DX
	MOVL DX, predicted-32(SP)

	MOVQ step_at(R13), AX
	MOVQ step_row(R13), R12
	LEAQ (R12)(AX*2), R12
	MOVQ step_place(R13), R11
	MOVQ step_ac(R13), R10
	XORL R9, R9
	FILL
	CMPQ R9, step_wanted(R13)
	JGE pass
	LOOKUP

coefficients:
	MOVBLZX AH, CX
	ADDL R9, CX
	TESTB AL, AL
	JMI special
	CMPL CX, $63
	JGE last
	SHLXQ AX, DI, DI
	MOVBLZX AL, DX
	SUBL DX, R8
	MOVQ AX, DX
	LOOKUP // before the bits are filled up, as there are enough
	MOVL DX, BX
	SHRL $16, BX
	MOVBLZX BL, BX
	ADDL BX, R9
	SHRQ $32, DX
	MOVBLZX (R11)(CX*1), BX
	MOVW DX, (R12)(BX*2)
	SHRL $16, DX
	MOVBLZX (R11)(R9*1), BX
	MOVW DX, (R12)(BX*2)
	FILL
	CMPQ R9, step_wanted(R13)
	JLT coefficients
	CMPL R9, $63
	JLT pass
	JMP done

special: // the value follows, or the code is long
	CMPB AL, $const_longCode
	JEQ giveUp
	MOVL CX, R9
	SHLXQ AX, DI, DI
	MOVL AX, DX
	ANDL $63, DX
	SUBL DX, R8
	SHRQ $32, AX
	MOVL AX, CX
	TAKE
	MOVBLZX (R11)(R9*1), BX
	MOVW DX, (R12)(BX*2)
	FILL
	LOOKUP
	CMPQ R9, step_wanted(R13)
	JLT coefficients
	CMPL R9, $63
	JLT pass
	JMP done

last: // a second coefficient would be of the next block
	MOVL AX, DX
	SHRL $24, DX
	SHLXQ DX, DI, DI
	SUBL DX, R8
	SHRQ $32, AX
	MOVBLZX (R11)(CX*1), BX
	MOVW AX, (R12)(BX*2)
	JMP done

pass: // over the rest
	MOVQ DI, BX
	SHRQ $(64-const_lookupBits), BX
	MOVWLZX huffman_skip(R10)(BX*2), AX
	MOVL AX, DX
	SHRL $8, DX
	MOVL DX, CX
	ANDL $63, CX
	ADDL R9, CX
	CMPL CX, $63
	JGE single
passed:
	TESTL AX, AX
	JZ giveUp
	SHLXQ AX, DI, DI
	MOVBLZX AL, BX
	SUBL BX, R8
	ADDL DX, R9
	FILL
	CMPL R9, $63
	JLT pass
	JMP done
single: // the block may end within the group
	MOVWLZX huffman_single(R10)(BX*2), AX
	MOVL AX, DX
	SHRL $8, DX
	JMP passed

done:
	MOVL predicted-32(SP), DX
	MOVQ step_predicted(R13), BX
	MOVL DX, (BX)
	MOVW DX, (R12)
	MOVQ step_stride(R13), AX
	ADDQ AX, step_at(R13)
	ADDQ $step__size, R13
	INCQ at+24(FP)
	MOVQ at+24(FP), AX
	CMPQ AX, count+16(FP)
	JLT block
	MOVQ steps+8(FP), R13
	MOVQ $0, at+24(FP)
	DECQ units+32(FP)
	JNZ block
	JMP stop

giveUp:
	MOVQ next-8(SP), SI
	MOVQ bits-16(SP), DI
	MOVQ number-24(SP), R8
stop:
	SUBQ bitReader_data(R14), SI
	MOVQ SI, bitReader_next(R14)
	MOVQ DI, bitReader_bits(R14)
	MOVQ R8, bitReader_count(R14)
	MOVQ units+32(FP), AX
	MOVQ AX, left+48(FP)
	MOVQ at+24(FP), AX
	MOVQ AX, stopped+56(FP)
	RET
