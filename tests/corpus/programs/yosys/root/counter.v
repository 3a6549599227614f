// Counts in steps, and shows the upper bits.
module counter(input clk, input [3:0] step, output [3:0] led);
    reg [11:0] count = 0;
    always @(posedge clk) count <= count + step;
    assign led = count[11:8];
endmodule
