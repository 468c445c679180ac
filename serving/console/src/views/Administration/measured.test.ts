import { expect, test } from "vitest";
import { measured, total } from "./measured";

const TEXT = `# HELP riskwarn_requests_total Requests answered
riskwarn_requests_total{status="2xx",worker="0"} 5.0
riskwarn_requests_total{status="5xx",worker="0"} 1.0
riskwarn_requests_total{status="2xx",worker="1"} 7.0
riskwarn_requests_total_created{status="2xx"} 9.0
riskwarn_source_gap{source="a \\"b\\" } c",worker="0"} 1.0
riskwarn_plain 3.5
`;

test("what is measured is read by name and summed over workers", () => {
  expect(total(TEXT, "riskwarn_requests_total")).toBe(13);
  expect(total(TEXT, "riskwarn_requests_total", "5xx")).toBe(1);
  expect(measured(TEXT, "riskwarn_source_gap")).toEqual([{ labels: { source: 'a "b" } c', worker: "0" }, value: 1 }]);
  expect(measured(TEXT, "riskwarn_plain")).toEqual([{ labels: {}, value: 3.5 }]);
  expect(measured("", "riskwarn_plain")).toEqual([]);
});
