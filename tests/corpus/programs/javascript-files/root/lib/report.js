return function report(tree) {
    return tree.map(({ path, bytes, sum }) => `${sum.toString(16).padStart(8, '0')} ${String(bytes).padStart(6)} ${path}`);
};
