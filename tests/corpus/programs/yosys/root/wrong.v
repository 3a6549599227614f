module wrong(input clk
endmodule
