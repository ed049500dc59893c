// How Allure 3 shows a run of the suite. `supplychain report` renders with it and then takes every request to the
// outside out of the page. Paths are relative to the folder in which Allure is started.

// What is not a pass has one of four names; the first rule that matches wins. Allure ignores categories.json.
const rules = [
  { name: "Not met", matchers: { statuses: ["failed"] }, expand: true },
  { name: "Could not be determined", matchers: { statuses: ["broken"], message: /^undetermined:/ }, expand: true },
  // Beside `error:` this takes whatever else broke: what nobody foresaw cannot be trusted either.
  { name: "Cannot be trusted", matchers: { statuses: ["broken"] }, expand: true },
  { name: "Not applicable", matchers: { statuses: ["skipped"] }, expand: true },
];

// Only what compares runs. Allure's other charts count scenarios as if they were the verdict, each in another way,
// or show green for what did not pass.
const charts = [
  { type: "statusDynamics", title: "Scenarios, run by run", limit: 30 },
  { type: "statusTransitions", title: "What changed from run to run", limit: 30 },
];

export default {
  name: process.env.REPORT_NAME,
  output: "reports/allure-report",
  historyPath: "reports/history.jsonl",
  appendHistory: true,
  historyLimit: 50,
  hideLabels: ["framework", "host", "language", "thread"],
  categories: { rules },
  plugins: {
    awesome: {
      options: {
        singleFile: true,
        reportLanguage: "en",
        groupBy: ["feature"],
        sections: ["charts"],
        charts,
      },
    },
  },
};
