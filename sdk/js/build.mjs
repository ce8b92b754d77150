// From main.js or main.ts to a component: `node build.mjs MAIN OUT`, as `cuecard build` runs it.
//
// esbuild takes types off and makes one module of what main imports. componentize-qjs puts it beside QuickJS, runs the
// module's top level now, once, and keeps the memory: a call begins where that ended.

import { createRequire } from "node:module";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const [main, out] = process.argv.slice(2);
const here = dirname(fileURLToPath(import.meta.url));
const { build } = createRequire(main)("esbuild");
const { componentize } = createRequire(main)("componentize-qjs");

const entry = `
import { hooks } from ${JSON.stringify(join(here, "guest.js"))};
import * as plugin from ${JSON.stringify(main)};
export const { compose, localize, trigger, classify } = hooks(plugin);
`;
try {
  const bundled = await build({
    stdin: { contents: entry, resolveDir: here, sourcefile: "entry.js" },
    alias: { cuecard: join(here, "index.js") },
    bundle: true,
    external: ["cuecard:*"],
    format: "esm",
    target: "es2022",
    write: false,
    logLevel: "warning",
  });
  const { component } = await componentize({
    witPath: join(here, "../wit/v1"),
    world: "plugin",
    jsSource: bundled.outputFiles[0].text,
    stubWasi: true,
    sync: true,
    optSize: true,
  });
  await writeFile(out, component);
} catch (error) {
  // esbuild has said where already.
  if (!error.errors) console.error(String(error.message ?? error));
  process.exit(1);
}
