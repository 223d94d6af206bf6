// Composes the subgraphs named on the command line (name=file …), as a gateway's operator would.
// Prints {"supergraph": …} or {"errors": […]}; ends with 1 when they do not compose.
import { readFileSync } from "node:fs";
import { composeServices } from "@theguild/federation-composition";
import { parse } from "graphql";

const services = process.argv.slice(2).map((argument) => {
  const [name, file] = argument.split("=");
  return { name, url: `http://${name}.example/`, typeDefs: parse(readFileSync(file, "utf8")) };
});
const { errors, supergraphSdl } = composeServices(services);
const found = errors?.map((error) => error.message) ?? [];
console.log(JSON.stringify(found.length ? { errors: found } : { supergraph: supergraphSdl }));
process.exitCode = found.length ? 1 : 0;
