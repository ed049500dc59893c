Feature: House Rules
  As a Product Owner
  I want to add what my organization asks for beside the control
  So that it is decided in the same run

  @off
  Scenario: Providers That Are Not Used
    Given the organization has rules of its own
    When components are held against them
    Then services of (deepseek) shall not be used

  @off
  Scenario: Models That Stay As They Are
    Given the organization has rules of its own
    When components are held against them
    Then every model shall be named by an immutable revision

  @off
  Scenario: Models Without Pickles
    Given the organization has rules of its own
    When components are held against them
    Then no model shall be a pickle

  @off
  Scenario: Models With A Signature
    Given the organization has rules of its own
    When components are held against them
    Then every model shall carry a signature

  @off
  Scenario: Models Of A Limited Age
    Given the organization has rules of its own
    When components are held against them
    Then no model shall be older than (1 year)
