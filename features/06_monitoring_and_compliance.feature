Feature: Supply Chain Vulnerability Monitoring
  As an MLOps Engineer
  I want continuous monitoring for supply chain vulnerabilities
  So that new threats are detected quickly

  Scenario: Continuous Vulnerability Scanning
    Given supply chain components are in use
    When continuous scanning is performed
    Then components shall be scanned regularly (daily/weekly)
    And new vulnerabilities shall be detected
    And alerts shall be generated for critical issues
    And remediation shall be prioritized
    And vulnerable components shall be updated

  Scenario: Supply Chain Compromise Detection
    Given supply chain may be compromised
    When compromise detection is performed
    Then supply chain integrity shall be monitored
    And anomalous component behavior shall be detected
    And compromised components shall be identified
    And incident response shall be triggered
    And affected systems shall be isolated

Scenario: Compliance Verification
    Given EN 18031 requires supply chain security
    When compliance audit is performed
    Then supply chain security measures shall be documented
    And component validation shall be demonstrated
    And inventory shall be complete
    And vulnerability monitoring shall be operational
    And compliance with EN 18031 6.3.9 shall be verified
